import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import Toggle from '@cloudscape-design/components/toggle';
import { useEffect, useRef, useState } from 'react';
import { api, type Refusal } from '../api';
import { useAsk } from '../ask';
import { whole } from '../figures';
import { listen } from '../live';
import { useNarrow } from '../narrow';
import { Ago, Failure } from '../parts';
import { asText } from '../payload';
import { explanation, KEPT, merged, missed, remember } from '../refusals';
import { type Place, to } from '../router';
import { texts } from '../texts';

const t = texts.refusals;
const EVERY_MILLIS = 2000;
const PAGE = 50;

/** How often what has come is shown: hundreds of refusals a second are to disturb nobody. */
const SHOW_MILLIS = 250;

/** Where the MQTT client tries the same, filled in, or undefined for what is neither published nor subscribed. */
function trial({ action, resource }: Refusal): string | undefined {
  const form = action.toLowerCase();
  return resource && (form === 'publish' || form === 'subscribe') ? to(['mqtt'], { [form]: resource }) : undefined;
}

/** Those the server still knows, and those that come, unless the page is held. */
function useRefusals(held: boolean) {
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const come = useRef<Refusal[]>([]);
  const latest = useRef(0);
  // The feed tells at once, but no more than the log; the list knows all of the latest.
  const asked = useAsk(signal => api.refusals(latest.current, signal), 'refusals', EVERY_MILLIS);
  useEffect(() => {
    come.current.push(...(asked.data?.refusals ?? []));
  }, [asked.data]);
  useEffect(
    () =>
      listen('$thingstead/refused/#', message => {
        come.current.push(JSON.parse(asText(message.payload)) as Refusal);
        if (come.current.length > 2 * KEPT) come.current.splice(0, KEPT);
      }),
    [],
  );
  useEffect(() => {
    if (held) return;
    const show = () => {
      if (come.current.length === 0) return;
      const more = come.current;
      come.current = [];
      latest.current = Math.max(latest.current, ...more.map(each => each.number));
      remember(more);
      setRefusals(known => merged(known, more));
    };
    show();
    const timer = setInterval(show, SHOW_MILLIS);
    return () => clearInterval(timer);
  }, [held]);
  return { refusals, asked };
}

function matching(refusals: Refusal[], search: string): Refusal[] {
  const part = search.toLowerCase();
  return part
    ? refusals.filter(each =>
        [each.action, each.client, each.resource, each.principal, each.why].some(text => text.toLowerCase().includes(part)),
      )
    : refusals;
}

function Explain({ refusal }: { refusal: Refusal }) {
  const href = explanation(refusal);
  const again = trial(refusal);
  return (
    <SpaceBetween size="xxs">
      {href && (
        <Button wrapText={false} href={href} ariaLabel={`${t.explain}: ${refusal.resource || refusal.action}`}>
          {t.explain}
        </Button>
      )}
      {again && <Link href={again}>{t.retry}</Link>}
    </SpaceBetween>
  );
}

type Columns = NonNullable<TableProps<Refusal>['columnDefinitions']>;

const WIDE: Columns = [
  { id: 'time', header: t.time, width: 100, cell: each => <Ago millis={Date.parse(each.time)} /> },
  { id: 'action', header: t.action, width: 95, cell: each => each.action },
  {
    id: 'client',
    header: t.client,
    width: 160,
    isRowHeader: true,
    cell: each => <span className="wrap">{each.client || each.principal.slice(0, 20)}</span>,
  },
  { id: 'resource', header: t.resource, width: 190, cell: each => <span className="mono wrap">{each.resource}</span> },
  { id: 'why', header: t.why, minWidth: 300, cell: each => <span className="wrap">{each.why}</span> },
  { id: 'explain', header: t.explain, width: 130, cell: each => <Explain refusal={each} /> },
];

const NARROW: Columns = [
  {
    id: 'all',
    header: t.title,
    isRowHeader: true,
    cell: each => (
      <SpaceBetween size="xxs">
        <Box>
          <b className="wrap">{each.client || each.principal.slice(0, 20)}</b> · {each.action} ·{' '}
          <Ago millis={Date.parse(each.time)} />
        </Box>
        <span className="mono wrap">{each.resource}</span>
        <span className="wrap">{each.why}</span>
        <Explain refusal={each} />
      </SpaceBetween>
    ),
  },
];

export default function Refusals({ place }: { place: Place }) {
  const narrow = useNarrow();
  const [search, setSearch] = useState(place.query.get('find') ?? '');
  const [held, setHeld] = useState(false);
  const [page, setPage] = useState(1);
  const { refusals, asked } = useRefusals(held);
  const found = matching(refusals, search);
  const untold = missed(refusals);
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Table
        variant="full-page"
        stickyHeader
        wrapLines
        header={
          <Header
            variant="awsui-h1-sticky"
            description={untold > 0 ? `${t.description} ${t.untold(whole(untold))}` : t.description}
            counter={`(${found.length})`}
            actions={
              <Toggle checked={held} onChange={event => setHeld(event.detail.checked)}>
                {t.hold}
              </Toggle>
            }
          >
            {t.title}
          </Header>
        }
        filter={
          <TextFilter
            filteringText={search}
            filteringPlaceholder={t.find}
            filteringAriaLabel={t.find}
            onChange={event => {
              setSearch(event.detail.filteringText);
              setPage(1);
            }}
          />
        }
        pagination={
          found.length > PAGE && (
            <Pagination
              currentPageIndex={page}
              pagesCount={Math.ceil(found.length / PAGE)}
              ariaLabels={{
                nextPageLabel: texts.common.pages.next,
                previousPageLabel: texts.common.pages.previous,
                pageLabel: texts.common.pages.page,
              }}
              onChange={event => setPage(event.detail.currentPageIndex)}
            />
          )
        }
        items={found.slice((page - 1) * PAGE, page * PAGE)}
        loading={!asked.data && asked.loading}
        loadingText={texts.common.loading}
        trackBy={each => String(each.number)}
        empty={<Box textAlign="center">{t.none}</Box>}
        columnDefinitions={narrow ? NARROW : WIDE}
      />
    </SpaceBetween>
  );
}
