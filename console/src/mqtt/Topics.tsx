import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { memo, useState } from 'react';
import { oneLine } from '../payload';
import { useStore } from '../store';
import { texts } from '../texts';
import { filter, setFilter, snapshot } from './client';
import type { View } from './protocol';
import { rowId, Rows } from './Rows';
import type { Openness, TreeRow } from './tree';
import { count, rate } from './words';

const t = texts.mqtt;
const ROW_PIXELS = 30;
const LINE_CHARS = 60;
/** A page that opens and closes more than this begins anew. */
const TOGGLED_MAX = 5000;

/** Toggles one node. */
export function toggled(openness: Openness, path: string): Openness {
  const others = openness.toggled.filter(each => each !== path);
  if (others.length < openness.toggled.length) return { ...openness, toggled: others };
  return { ...openness, toggled: [...others.slice(-TOGGLED_MAX), path] };
}

/** The topics that messages came on, as a tree that lives. */
export function Topics({ look, choose }: { look: (part: Partial<View>) => void; choose: () => void }) {
  const { tree } = useStore(snapshot);
  const [openness, setOpenness] = useState<Openness>({ all: true, toggled: [] });
  const [seen, setSeen] = useState({ from: 0, count: 40 });
  const [active, setActive] = useState<number | undefined>();
  const turn = (next: Openness) => {
    setOpenness(next);
    look({ tree: { ...seen, openness: next } });
  };
  const list = (row: TreeRow) => {
    setFilter({ ...filter.get(), topic: row.children > 0 ? `${row.path}/#` : row.path });
    choose();
  };
  const rowAt = (place: number | undefined) => (place === undefined ? undefined : tree.rows[place - tree.from]);
  return (
    <SpaceBetween size="s">
      <SpaceBetween size="xs" direction="horizontal" alignItems="center">
        <Button onClick={() => turn({ all: true, toggled: [] })}>{t.openAll}</Button>
        <Button onClick={() => turn({ all: false, toggled: [] })}>{t.closeAll}</Button>
        <Box>{t.treeKnown(count(tree.topics))}</Box>
      </SpaceBetween>
      {tree.pruned > 0 && <Box variant="small">{t.pruned(count(tree.pruned))}</Box>}
      <Box color="text-body-secondary">{tree.length > 0 ? t.treeChoose : t.treeNone}</Box>
      <Rows
        label={t.tree}
        role="tree"
        length={tree.length}
        rowHeight={ROW_PIXELS}
        rows={tree.rows}
        from={tree.from}
        active={active}
        window={(from, rowCount) => {
          setSeen({ from, count: rowCount });
          look({ tree: { from, count: rowCount, openness } });
        }}
        move={setActive}
        pressed={(event, place) => {
          const row = rowAt(place);
          if (!row) return;
          const opens = event.key === 'ArrowRight' && !row.open && row.children > 0;
          const closes = event.key === 'ArrowLeft' && row.open;
          if (opens || closes) turn(toggled(openness, row.path));
          else if (event.key === 'Enter' || event.key === ' ') list(row);
          else return;
          event.preventDefault();
        }}
        row={(row, place, isActive) => (
          <TopicRow
            row={row}
            place={place}
            active={isActive}
            toggle={() => turn(toggled(openness, row.path))}
            list={() => {
              setActive(place);
              list(row);
            }}
          />
        )}
      />
    </SpaceBetween>
  );
}

interface RowProps {
  row: TreeRow;
  place: number;
  active: boolean;
  toggle: () => void;
  list: () => void;
}

const INDENT_PIXELS = 18;

const TopicRow = memo(function TopicRow({ row, place, active, toggle, list }: RowProps) {
  return (
    <div
      id={rowId('tree', place)}
      role="treeitem"
      aria-level={row.level}
      aria-selected={active}
      {...(row.children > 0 ? { 'aria-expanded': row.open } : {})}
      className="mqtt-node"
      style={{ paddingInlineStart: row.level * INDENT_PIXELS }}
      onClick={list}
    >
      <span
        className={row.children > 0 ? (row.open ? 'mqtt-fold open' : 'mqtt-fold') : 'mqtt-fold none'}
        aria-hidden="true"
        onClick={event => {
          event.stopPropagation();
          if (row.children > 0) toggle();
        }}
      />
      <span className="mqtt-name">{row.name === '' ? t.emptyLevel : row.name}</span>
      <span className="mqtt-payload">{row.last ? oneLine(row.last, LINE_CHARS) : ''}</span>
      <span className="mqtt-meta">{`${count(row.count)} · ${rate(row.perSecond)}`}</span>
    </div>
  );
});
