import './history.css';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import Chart from './Chart';
import { bytes, clock, compact } from './figures';
import { current, grouped, type History, highest, type SeriesName, timesOf, total } from './history';
import { dark } from './mode';
import { useStore } from './store';
import { texts } from './texts';

const t = texts.history;

type Colour = 'green' | 'blue' | 'red' | 'amber';

const COLOURS: Record<Colour, [light: string, dark: string]> = {
  green: ['#0b6e4f', '#6fd6ae'],
  blue: ['#1f62a8', '#86bdf5'],
  red: ['#b3261e', '#ff9b91'],
  amber: ['#8a5a00', '#f0b95b'],
};

interface Shown {
  id: string;
  title: string;
  lines: { name: SeriesName; text: string; colour: Colour }[];
  level?: boolean;
  bytes?: boolean;
}

const CHARTS: Shown[] = [
  {
    id: 'messages',
    title: t.messages,
    lines: [
      { name: 'messagesIn', text: t.in, colour: 'green' },
      { name: 'messagesOut', text: t.out, colour: 'blue' },
    ],
  },
  {
    id: 'connections',
    title: t.connections,
    level: true,
    lines: [{ name: 'connections', text: t.connected, colour: 'green' }],
  },
  {
    id: 'bytes',
    title: t.bytes,
    bytes: true,
    lines: [
      { name: 'bytesIn', text: t.in, colour: 'green' },
      { name: 'bytesOut', text: t.out, colour: 'blue' },
    ],
  },
  {
    id: 'queued',
    title: t.queued,
    level: true,
    lines: [{ name: 'queued', text: t.waiting, colour: 'amber' }],
  },
  {
    id: 'refused',
    title: t.errors,
    lines: [
      { name: 'refused', text: t.refused, colour: 'red' },
      { name: 'lost', text: t.lost, colour: 'amber' },
    ],
  },
  {
    id: 'rules',
    title: t.rules,
    lines: [
      { name: 'rulesDone', text: t.done, colour: 'green' },
      { name: 'rulesFailed', text: t.failed, colour: 'red' },
    ],
  },
];

/** Rows of a table: every ten seconds of five minutes, every half hour of a day. */
const SECONDS_OF_A_ROW = 10;
const MINUTES_OF_A_ROW = 30;

export type Range = 'seconds' | 'minutes';

interface Props {
  range: Range;
  setRange: (range: Range) => void;
  history: History | undefined;
}

/** What happened, by the second or over a day, as charts or as tables. */
export function HistoryCharts({ range, setRange, history }: Props) {
  const [asTables, setAsTables] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween size="m" direction="horizontal" alignItems="center">
              <Toggle checked={asTables} onChange={event => setAsTables(event.detail.checked)}>
                {t.asTables}
              </Toggle>
              <SegmentedControl
                label={t.range}
                selectedId={range}
                options={[
                  { id: 'seconds', text: t.seconds },
                  { id: 'minutes', text: t.minutes },
                ]}
                onChange={event => setRange(event.detail.selectedId as Range)}
              />
            </SpaceBetween>
          }
        >
          {t.title}
        </Header>
      }
    >
      <div className="charts">
        {CHARTS.map(each => (
          <Figure key={each.id} shown={each} range={range} history={history} asTable={asTables} />
        ))}
      </div>
    </Container>
  );
}

function Figure({ shown, range, history, asTable }: { shown: Shown; range: Range; history: History | undefined; asTable: boolean }) {
  const mode = useStore(dark) ? 1 : 0;
  const [hovered, setHovered] = useState<number | undefined>();
  const format = (value: number) => (shown.bytes ? bytes(value) : compact(value));
  const per = shown.level ? '' : range === 'seconds' ? t.perSecond : t.perMinute;
  const withSeconds = range === 'seconds';
  const at = history && hovered !== undefined ? timesOf(history)[hovered] : undefined;
  const colour = (of: Colour) => COLOURS[of][mode];
  return (
    <figure className="chart" data-chart={shown.id} aria-labelledby={`chart-${shown.id}`}>
      <figcaption id={`chart-${shown.id}`}>
        <strong>{shown.title}</strong>
        <span className="chart-time">{at === undefined ? t.now : clock(at, withSeconds)}</span>
      </figcaption>
      <ul className="chart-legend">
        {shown.lines.map((line, i) => {
          const values = history?.series[line.name] ?? [];
          const value = hovered === undefined ? current(values) : (values[hovered] ?? undefined);
          return (
            <li key={line.name}>
              <svg width="18" height="10" aria-hidden="true">
                <line x1="0" y1="5" x2="18" y2="5" stroke={colour(line.colour)} strokeWidth="3" strokeDasharray={i > 0 ? '5 3' : 'none'} />
              </svg>
              {line.text} <b>{value === undefined ? '–' : `${format(value)}${per}`}</b>
            </li>
          );
        })}
      </ul>
      {history && asTable && <Numbers shown={shown} history={history} format={format} withSeconds={withSeconds} />}
      {history && !asTable && (
        <Chart
          times={timesOf(history)}
          lines={shown.lines.map((line, i) => ({
            values: history.series[line.name],
            colour: colour(line.colour),
            dashed: i > 0,
          }))}
          dark={mode === 1}
          withSeconds={withSeconds}
          hover={setHovered}
        />
      )}
      <Box variant="small">{history ? summary(shown, history, format) : texts.common.loading}</Box>
    </figure>
  );
}

/** In words what the lines show. */
function summary(shown: Shown, history: History, format: (value: number) => string): string {
  const tops = shown.lines.map(line => highest(history.series[line.name]));
  if (tops.every(top => top === undefined)) return t.unknown;
  if (tops.every(top => !top)) return t.nothing;
  return shown.lines
    .map((line, i) =>
      shown.level
        ? t.highest(format(tops[i] ?? 0))
        : t.altogether(line.text, format(total(history.series[line.name])), format(tops[i] ?? 0)),
    )
    .join(' ');
}

interface NumbersProps {
  shown: Shown;
  history: History;
  format: (value: number) => string;
  withSeconds: boolean;
}

function Numbers({ shown, history, format, withSeconds }: NumbersProps) {
  const size = withSeconds ? SECONDS_OF_A_ROW : MINUTES_OF_A_ROW;
  const rows = grouped(
    history,
    shown.lines.map(line => line.name),
    size,
  );
  return (
    <div className="chart-numbers" tabIndex={0} role="region" aria-labelledby={`chart-${shown.id}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.from}</th>
            {shown.lines.map(line => (
              <th key={line.name} scope="col">
                {line.text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.from}>
              <th scope="row">{clock(row.from, withSeconds)}</th>
              {shown.lines.map(line => {
                const value = row.values[line.name];
                return <td key={line.name}>{value === null || value === undefined ? '–' : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
