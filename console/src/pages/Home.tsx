import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useRef, useState } from 'react';
import { api } from '../api';
import { useAsk } from '../ask';
import { type Item, needsAttention } from '../attention';
import { compact, whole } from '../figures';
import { HistoryCharts, type Range } from '../HistoryCharts';
import { current, type History, latest, merged, ofDay } from '../history';
import { Copy, Failure } from '../parts';
import { to } from '../router';
import { texts } from '../texts';

const t = texts.home;
const SECOND = 1000;
const STATE_MILLIS = 5 * SECOND;
const MINUTES_MILLIS = 20 * SECOND;
const SAMPLES = { seconds: 300, minutes: 1440 };

/** What is known of a range; each time it asks for what is new only. */
function useHistory(range: Range, everyMillis: number) {
  const known = useRef<History | undefined>(undefined);
  return useAsk(
    async signal => {
      const before = known.current;
      const more = await api.history(range, before && latest(before), signal);
      known.current = merged(before, more, SAMPLES[range]);
      return known.current;
    },
    range,
    everyMillis,
  );
}

async function state(signal: AbortSignal) {
  const [attention, warnings, things] = await Promise.all([
    api.attention(signal),
    api.warnings(signal),
    api.someThings({ limit: 1 }, undefined, signal),
  ]);
  return { attention, warnings: warnings.warnings, empty: things.items.length === 0 };
}

export default function Home() {
  const [range, setRange] = useState<Range>('seconds');
  const seconds = useHistory('seconds', SECOND);
  const minutes = useHistory('minutes', MINUTES_MILLIS);
  const known = useAsk(state, 'state', STATE_MILLIS);
  const items =
    known.data &&
    needsAttention({
      attention: known.data.attention,
      warnings: known.data.warnings,
      seconds: seconds.data,
      minutes: minutes.data,
      nowMillis: Date.now(),
    });
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      <SpaceBetween size="l">
        <Failure error={seconds.error ?? known.error} retry={known.reload} />
        {known.data?.empty && <First />}
        <Figures seconds={seconds.data} minutes={minutes.data} />
        {items && <Needs items={items} />}
        <HistoryCharts
          range={range}
          setRange={setRange}
          history={range === 'seconds' ? seconds.data : minutes.data}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function First() {
  return (
    <Container>
      <SpaceBetween size="s">
        <Box variant="h2">{t.first}</Box>
        <Box>{t.firstHow}</Box>
        <Button variant="primary" href={to(['connect'])}>
          {texts.things.connect}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Figures({ seconds, minutes }: { seconds: History | undefined; minutes: History | undefined }) {
  const now = (name: 'connections' | 'messagesIn' | 'messagesOut') => seconds && current(seconds.series[name]);
  const rate = (value: number | undefined) =>
    value === undefined ? undefined : (
      <>
        {compact(value)}
        <small>{texts.history.perSecond}</small>
      </>
    );
  const count = (value: number | undefined) => (value === undefined ? undefined : whole(value));
  return (
    <Container>
      <ColumnLayout columns={4} variant="text-grid" minColumnWidth={130}>
        <Figure name={<Link href={to(['clients'])}>{t.connections}</Link>}>{count(now('connections'))}</Figure>
        <Figure name={t.in}>{rate(now('messagesIn'))}</Figure>
        <Figure name={t.out}>{rate(now('messagesOut'))}</Figure>
        <Figure name={<Link href={to(['refusals'])}>{t.refused}</Link>}>{count(minutes && ofDay('refused', minutes, seconds))}</Figure>
      </ColumnLayout>
    </Container>
  );
}

function Figure({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <Box variant="awsui-key-label">{name}</Box>
      <div className="figure">{children ?? '–'}</div>
    </div>
  );
}

function Needs({ items }: { items: Item[] }) {
  return (
    <Container header={<Header variant="h2" counter={items.length ? `(${items.length})` : ''}>{t.attention}</Header>}>
      {items.length === 0 ? (
        <StatusIndicator type="success">{t.quiet}</StatusIndicator>
      ) : (
        <ul className="needs" aria-label={t.attention}>
          {items.map(each => (
            <li key={each.key}>
              <StatusIndicator type={each.severity} wrapText>
                {each.text}
              </StatusIndicator>
              {each.link && <Link href={each.link.href}>{each.link.text}</Link>}
              {each.command && (
                <span className="needs-command">
                  <code className="mono wrap">{each.command}</code> <Copy text={each.command} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Container>
  );
}
