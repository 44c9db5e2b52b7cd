import { type KeyboardEvent, type ReactNode, type Ref, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';

const AROUND = 6;
/** How many rows high the list is, at least and at most. */
const ROWS_MIN = 5;
const ROWS_MAX = 11;
const BORDERS_PIXELS = 2;

export interface RowsHandle {
  /** Scrolls so that a row is seen. */
  reveal: (place: number) => void;
  toTop: () => void;
}

interface Props<T> {
  ref?: Ref<RowsHandle>;
  label: string;
  role: 'listbox' | 'tree';
  length: number;
  /** Pixels; all rows are alike. */
  rowHeight: number;
  /** Those that are known, and the place of the first. */
  rows: T[];
  from: number;
  /** The place that keys act on. */
  active: number | undefined;
  /** Told which places are about to be seen. */
  window: (from: number, count: number) => void;
  move: (place: number) => void;
  pressed?: (event: KeyboardEvent, place: number | undefined) => void;
  scrolled?: (top: boolean) => void;
  row: (item: T, place: number, active: boolean) => ReactNode;
}

/** A long list of which only what is seen is in the page. */
export function Rows<T>(props: Props<T>) {
  const { ref, label, role, length, rowHeight, rows, from, active, move, scrolled, row } = props;
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const asked = useRef('');
  const told = useRef(props.window);
  told.current = props.window;

  const tell = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - AROUND);
    const count = Math.ceil(element.clientHeight / rowHeight) + 2 * AROUND;
    if (asked.current === `${first} ${count}`) return;
    asked.current = `${first} ${count}`;
    told.current(first, count);
  }, [rowHeight]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setHeight(element.clientHeight);
      tell();
    });
    observer.observe(element);
    tell();
    return () => observer.disconnect();
  }, [tell]);

  // A list that has become shorter has scrolled by itself.
  useEffect(tell, [tell, length]);

  const reveal = (place: number) => {
    const element = box.current;
    if (!element) return;
    const top = place * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  };
  useImperativeHandle(ref, () => ({ reveal, toTop: () => box.current?.scrollTo(0, 0) }));

  const pressed = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const now = active ?? -1;
    const steps: Record<string, number> = {
      ArrowDown: now + 1,
      ArrowUp: now - 1,
      PageDown: now + page,
      PageUp: now - page,
      Home: 0,
      End: length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      props.pressed?.(event, active);
      return;
    }
    event.preventDefault();
    const place = Math.min(length - 1, Math.max(0, wanted));
    reveal(place);
    move(place);
  };

  return (
    <div
      ref={box}
      className="rows"
      style={{ blockSize: Math.min(ROWS_MAX, Math.max(ROWS_MIN, length)) * rowHeight + BORDERS_PIXELS }}
      role={length > 0 ? role : 'group'}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={length > 0 && active !== undefined ? rowId(role, active) : undefined}
      onKeyDown={pressed}
      onScroll={() => {
        tell();
        scrolled?.(box.current?.scrollTop === 0);
      }}
    >
      <div className="rows-all" role="presentation" style={{ height: length * rowHeight }}>
        {rows.map((item, i) => (
          <div
            key={from + i}
            role="presentation"
            className="rows-row"
            style={{ transform: `translateY(${(from + i) * rowHeight}px)`, height: rowHeight }}
          >
            {row(item, from + i, active === from + i)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The id of a row, for those that are pointed to. */
export function rowId(role: string, place: number): string {
  return `${role}-row-${place}`;
}
