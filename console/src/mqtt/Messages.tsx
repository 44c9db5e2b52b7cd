import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Input from '@cloudscape-design/components/input';
import { memo, type RefObject, useEffect, useRef, useState } from 'react';
import { useStore } from '../store';
import { texts } from '../texts';
import { ask, failure, filter, setFilter, snapshot } from './client';
import type { Filter } from './filter';
import type { Kept } from './message';
import { MessageView } from './MessageView';
import type { Row, View } from './protocol';
import { Rows, type RowsHandle, rowId } from './Rows';
import { clock, count, size } from './words';

const t = texts.mqtt;
const ROW_PIXELS = 30;
const NARROW_ROW_PIXELS = 50;
const TYPING_MILLIS = 250;
const NARROW = window.matchMedia('(max-width: 700px)');

/** Whether the window is too narrow for a message in one line. */
function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const fit = () => setNarrow(NARROW.matches);
    NARROW.addEventListener('change', fit);
    return () => NARROW.removeEventListener('change', fit);
  }, []);
  return narrow;
}

/** The messages that came, and the one that was chosen. */
export function Messages({ look }: { look: (part: Partial<View>) => void }) {
  const { list } = useStore(snapshot);
  const narrow = useNarrow();
  const rows = useRef<RowsHandle>(null);
  // While it stands still: nothing newer than this is listed.
  const [anchor, setAnchor] = useState<number | undefined>();
  // The place that keys have gone to, while it stands still.
  const [gone, setGone] = useState<number | undefined>();
  const [chosen, setChosen] = useState<Kept | 'gone' | undefined>();

  const hold = (): number => {
    const held = anchor ?? list.newest;
    if (anchor === undefined) {
      setAnchor(held);
      look({ anchor: held });
    }
    return held;
  };
  const follow = () => {
    setAnchor(undefined);
    setGone(undefined);
    look({ anchor: undefined });
    rows.current?.toTop();
  };
  // There is nothing left to stand still for.
  const cleared = list.length === 0 && list.newer === 0 && anchor !== undefined;
  useEffect(() => {
    if (!cleared) return;
    setAnchor(undefined);
    look({ anchor: undefined });
  }, [cleared, look]);
  const number = chosen === undefined || chosen === 'gone' ? undefined : chosen.number;
  const shown = number === undefined ? -1 : list.rows.findIndex(each => each.number === number);
  const active = anchor !== undefined && gone !== undefined ? gone : shown < 0 ? undefined : list.from + shown;
  const choose = (place: number | undefined, asked: Promise<Kept | undefined>) => {
    setGone(place);
    asked.then(found => setChosen(found ?? 'gone')).catch((error: unknown) => failure.set(error));
  };
  return (
    <SpaceBetween size="s">
      <Filters />
      <FindBar
        anchor={anchor}
        from={number}
        found={(message, place) => {
          hold();
          setGone(place);
          setChosen(message);
          requestAnimationFrame(() => rows.current?.reveal(place));
        }}
      />
      <Notes />
      {list.length === 0 ? (
        <Empty />
      ) : (
        <List
          rows={rows}
          narrow={narrow}
          active={active}
          look={look}
          move={place => choose(place, ask('at', { place, anchor: hold() }))}
          chosen={(place, asked) => choose(anchor === undefined ? undefined : place, ask('message', asked))}
          scrolled={top => {
            if (!top) hold();
            else if (gone === undefined) follow();
          }}
        />
      )}
      {anchor !== undefined && (
        <Button iconName="angle-up" onClick={follow}>
          {list.newer > 0 ? t.newer(count(list.newer)) : t.follow}
        </Button>
      )}
      {chosen === 'gone' && <StatusIndicator type="warning">{t.messageGone}</StatusIndicator>}
      {chosen !== undefined && chosen !== 'gone' && <MessageView message={chosen} />}
      {chosen === undefined && list.length > 0 && <Box color="text-body-secondary">{t.choose}</Box>}
    </SpaceBetween>
  );
}

interface ListProps {
  rows: RefObject<RowsHandle | null>;
  narrow: boolean;
  active: number | undefined;
  look: (part: Partial<View>) => void;
  move: (place: number) => void;
  chosen: (place: number, number: number) => void;
  scrolled: (top: boolean) => void;
}

function List({ rows, narrow, active, look, move, chosen, scrolled }: ListProps) {
  const { list, subscriptions } = useStore(snapshot);
  const colours = new Map(subscriptions.map(each => [each.id, each.colour]));
  return (
    <Rows
      ref={rows}
      label={t.list}
      role="listbox"
      length={list.length}
      rowHeight={narrow ? NARROW_ROW_PIXELS : ROW_PIXELS}
      rows={list.rows}
      from={list.from}
      active={active}
      window={(from, rowCount) => look({ from, count: rowCount })}
      move={move}
      scrolled={scrolled}
      row={(row, place, isActive) => (
        <MessageRow
          row={row}
          place={place}
          length={list.length}
          active={isActive}
          colours={row.subscriptions.map(id => colours.get(id) ?? 'none').join(' ')}
          choose={() => chosen(place, row.number)}
        />
      )}
    />
  );
}

interface RowProps {
  row: Row;
  place: number;
  length: number;
  active: boolean;
  /** Of its subscriptions, between spaces. */
  colours: string;
  choose: () => void;
}

const MessageRow = memo(
  function MessageRow({ row, place, length, active, colours, choose }: RowProps) {
    return (
      // Keys are the list's, which has the focus.
      <div
        id={rowId('listbox', place)}
        role="option"
        aria-selected={active}
        aria-posinset={place + 1}
        aria-setsize={length}
        className="mqtt-message"
        onClick={choose}
      >
        <span className="mqtt-time">{clock(row.at)}</span>
        <span className="mqtt-dots">
          {colours.split(' ').map((colour, i) => (
            <span key={`${i}`} className={`mqtt-dot mqtt-colour-${colour}`} />
          ))}
        </span>
        <span className="mqtt-topic">{row.topic}</span>
        <span className="mqtt-payload">{row.line}</span>
        <span className="mqtt-meta">
          {row.retain ? `${t.retained} · ` : ''}
          {row.dup ? `${t.duplicate} · ` : ''}
          {`QoS ${row.qos} · ${size(row.size)}`}
        </span>
      </div>
    );
  },
  (one, other) =>
    one.row.number === other.row.number &&
    one.place === other.place &&
    one.length === other.length &&
    one.active === other.active &&
    one.colours === other.colours,
);

function Empty() {
  const { counts, subscriptions } = useStore(snapshot);
  const text =
    counts.kept > 0 ? t.noMessagesFiltered : subscriptions.length > 0 ? t.noMessages : t.nothingSubscribed;
  return (
    <Box textAlign="center" padding="xl" color="text-body-secondary">
      {text}
    </Box>
  );
}

/** What is shown of what came, and what is not. */
function Notes() {
  const { counts, list, paused } = useStore(snapshot);
  const notes: string[] = [];
  if (counts.gone > 0) notes.push(t.gone(count(counts.gone)));
  if (counts.muted > 0) notes.push(t.mutedCame(count(counts.muted)));
  if (counts.others > 0) notes.push(t.others(count(counts.others)));
  return (
    <>
      {paused && <Alert type="info">{t.paused(count(counts.passed))}</Alert>}
      {list.oneOf > 1 && !paused && <StatusIndicator type="info">{t.sampling(count(list.oneOf))}</StatusIndicator>}
      {notes.length > 0 && <Box variant="small">{notes.join(' ')}</Box>}
    </>
  );
}

function Filters() {
  const { subscriptions } = useStore(snapshot);
  const current = useStore(filter);
  const [text, setText] = useState(current.text);
  const [topic, setTopic] = useState(current.topic);
  useEffect(() => setTopic(current.topic), [current.topic]);
  useEffect(() => setText(current.text), [current.text]);
  useEffect(() => {
    const timer = setTimeout(() => {
      const before = filter.get();
      if (before.text !== text || before.topic !== topic) setFilter({ ...before, text, topic });
    }, TYPING_MILLIS);
    return () => clearTimeout(timer);
  }, [text, topic]);
  const options = [
    { value: '', label: t.allSubscriptions },
    ...subscriptions.map(each => ({ value: String(each.id), label: each.filter })),
  ];
  const set = (part: Partial<Filter>) => setFilter({ ...filter.get(), ...part });
  return (
    <div className="mqtt-filters">
      <Input
        type="search"
        clearAriaLabel={t.clearField}
        value={text}
        placeholder={t.filterTextShort}
        ariaLabel={t.filterText}
        onChange={event => setText(event.detail.value)}
      />
      <Input
        type="search"
        clearAriaLabel={t.clearField}
        value={topic}
        placeholder={t.filterTopicShort}
        ariaLabel={t.filterTopic}
        spellcheck={false}
        onChange={event => setTopic(event.detail.value)}
      />
      <Select
        ariaLabel={t.filterSubscription}
        selectedOption={options.find(each => each.value === String(current.subscription ?? '')) ?? options[0] ?? null}
        options={options}
        onChange={event => {
          const { value } = event.detail.selectedOption;
          set({ subscription: value ? Number(value) : undefined });
        }}
      />
    </div>
  );
}

interface FindProps {
  anchor: number | undefined;
  from: number | undefined;
  found: (message: Kept, place: number) => void;
}

function FindBar({ anchor, from, found }: FindProps) {
  const [text, setText] = useState('');
  const [none, setNone] = useState(false);
  const find = (older: boolean) => {
    if (!text) return;
    ask('find', { text, from, older, anchor })
      .then(result => {
        setNone(result === undefined);
        if (result) found(result.message, result.place);
      })
      .catch((error: unknown) => failure.set(error));
  };
  return (
    <div className="mqtt-find">
      <Input
        type="search"
        clearAriaLabel={t.clearField}
        value={text}
        placeholder={t.find}
        ariaLabel={t.find}
        onChange={event => {
          setText(event.detail.value);
          setNone(false);
        }}
        onKeyDown={event => {
          if (event.detail.key === 'Enter') find(!event.detail.shiftKey);
        }}
      />
      <Button iconName="angle-down" ariaLabel={t.findOlder} disabled={!text} onClick={() => find(true)} />
      <Button iconName="angle-up" ariaLabel={t.findNewer} disabled={!text} onClick={() => find(false)} />
      <span aria-live="polite">{none && t.findNone}</span>
    </div>
  );
}
