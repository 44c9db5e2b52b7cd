import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clock, compact } from './figures';
import type { Value } from './history';

export interface Line {
  values: Value[];
  colour: string;
  dashed: boolean;
}

interface Props {
  times: number[];
  lines: Line[];
  dark: boolean;
  withSeconds: boolean;
  /** Hears which sample the pointer is at. */
  hover: (sample: number | undefined) => void;
}

const HEIGHT = 160;
const FONT = '12px system-ui, sans-serif';

function options(width: number, props: Props, hover: (sample: number | undefined) => void): uPlot.Options {
  const text = props.dark ? '#b4bcc4' : '#4c5661';
  const grid = { stroke: props.dark ? '#2b343e' : '#e6eae8', width: 1 };
  const axis = { stroke: text, font: FONT, grid, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'history' }, points: { size: 7 } },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, values: (_, at) => at.map(each => clock(each, props.withSeconds)), space: 60, size: 28 },
      {
        ...axis,
        size: 52,
        space: 32,
        // No half messages.
        incrs: [1, 2, 5].flatMap(digit => Array.from({ length: 13 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b),
        values: (_, at) => at.map(compact),
      },
    ],
    series: [
      {},
      ...props.lines.map(line => ({
        stroke: line.colour,
        width: 2,
        fill: `${line.colour}1f`,
        ...(line.dashed && { dash: [5, 3] }),
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [chart => hover(chart.cursor.idx ?? undefined)] },
  };
}

/** Lines over time on a canvas. What it shows has to be said in words as well, beside it. */
export default function Chart(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const data = [props.times, ...props.lines.map(line => line.values)] as uPlot.AlignedData;
  const look = `${props.dark} ${props.withSeconds} ${props.lines.map(line => line.colour).join()}`;

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const made = new uPlot(
      options(parent.clientWidth, latest.current, sample => latest.current.hover(sample)),
      data,
      parent,
    );
    chart.current = made;
    const sized = new ResizeObserver(() => {
      if (parent.clientWidth > 0) made.setSize({ width: parent.clientWidth, height: HEIGHT });
    });
    sized.observe(parent);
    return () => {
      sized.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [look]);

  useEffect(() => chart.current?.setData(data));

  return <div ref={place} className="chart-canvas" aria-hidden="true" />;
}
