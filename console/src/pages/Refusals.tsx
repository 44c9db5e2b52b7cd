import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useState } from 'react';
import { api, type Refusal } from '../api';
import { useAsk } from '../ask';
import { listen } from '../live';
import { Ago, Failure } from '../parts';
import { asText } from '../payload';
import { type Place, to } from '../router';
import { texts } from '../texts';

const KEPT = 1000;
const EVERY_MILLIS = 10_000;

/** Adds what is new by its number, newest first. */
function merged(known: Refusal[], more: Refusal[]): Refusal[] {
  const numbers = new Set(known.map(each => each.number));
  return [...known, ...more.filter(each => !numbers.has(each.number))]
    .sort((one, other) => other.number - one.number)
    .slice(0, KEPT);
}

/** Where the simulator explains a refusal, or undefined for one that no policy decided. */
export function explanation(refusal: Refusal): string | undefined {
  if (!refusal.client || !(refusal.action.toLowerCase() in texts.simulator.actions)) return undefined;
  return to(['simulator'], {
    client: refusal.client,
    action: refusal.action.toLowerCase(),
    topic: refusal.resource,
    certificate: /^[0-9a-f]{64}$/.test(refusal.principal) ? refusal.principal : '',
  });
}

/** Where the MQTT client tries the same, filled in, or undefined for what is neither published nor subscribed. */
function trial({ action, resource }: Refusal): string | undefined {
  const form = action.toLowerCase();
  return resource && (form === 'publish' || form === 'subscribe') ? to(['mqtt'], { [form]: resource }) : undefined;
}

export default function Refusals({ place }: { place: Place }) {
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [search, setSearch] = useState(place.query.get('find') ?? '');
  // The feed tells at once, but no more than the log; the list knows all of the latest.
  const asked = useAsk(signal => api.refusals(0, signal), 'refusals', EVERY_MILLIS);
  useEffect(() => {
    if (asked.data) setRefusals(known => merged(known, asked.data?.refusals ?? []));
  }, [asked.data]);
  useEffect(
    () =>
      listen('$thingstead/refused/#', message =>
        setRefusals(known => merged(known, [JSON.parse(asText(message.payload)) as Refusal])),
      ),
    [],
  );
  const part = search.toLowerCase();
  const found = part
    ? refusals.filter(each =>
        [each.action, each.client, each.resource, each.principal, each.why].some(text => text.toLowerCase().includes(part)),
      )
    : refusals;
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Table
        variant="full-page"
        stickyHeader
        wrapLines
        header={
          <Header variant="awsui-h1-sticky" description={texts.refusals.description} counter={`(${found.length})`}>
            {texts.refusals.title}
          </Header>
        }
        filter={
          <TextFilter
            filteringText={search}
            filteringPlaceholder={texts.refusals.find}
            filteringAriaLabel={texts.refusals.find}
            onChange={event => setSearch(event.detail.filteringText)}
          />
        }
        items={found}
        loading={!asked.data && asked.loading}
        loadingText={texts.common.loading}
        trackBy={each => String(each.number)}
        empty={<Box textAlign="center">{texts.refusals.none}</Box>}
        columnDefinitions={[
          { id: 'time', header: texts.refusals.time, width: 110, cell: each => <Ago millis={Date.parse(each.time)} /> },
          { id: 'action', header: texts.refusals.action, width: 110, cell: each => each.action },
          {
            id: 'client',
            header: texts.refusals.client,
            width: 160,
            isRowHeader: true,
            cell: each => each.client || `${each.principal.slice(0, 20)}`,
          },
          { id: 'resource', header: texts.refusals.resource, width: 220, cell: each => <span className="mono wrap">{each.resource}</span> },
          { id: 'why', header: texts.refusals.why, minWidth: 260, cell: each => <span className="wrap">{each.why}</span> },
          {
            id: 'explain',
            header: texts.refusals.explain,
            width: 140,
            cell: each => {
              const href = explanation(each);
              const again = trial(each);
              return (
                <SpaceBetween size="xxs">
                  {href && <Button wrapText={false} href={href}>{texts.refusals.explain}</Button>}
                  {again && <Link href={again}>{texts.refusals.retry}</Link>}
                </SpaceBetween>
              );
            },
          },
        ]}
      />
    </SpaceBetween>
  );
}
