/** The names by which the server tells series. */
export type SeriesName =
  | 'connections'
  | 'queued'
  | 'messagesIn'
  | 'messagesOut'
  | 'bytesIn'
  | 'bytesOut'
  | 'refused'
  | 'lost'
  | 'rulesDone'
  | 'rulesFailed';

export type Value = number | null;

/** Samples at equal distances; null where nobody looked. Times are seconds since 1970. */
export interface History {
  stepSeconds: number;
  /** When the first sample began. */
  first: number;
  series: Record<SeriesName, Value[]>;
}

/** How many samples there are. */
export function length(history: History): number {
  return history.series.connections.length;
}

/** When the last sample began; before the first one when there is none. */
export function latest(history: History): number {
  return history.first + (length(history) - 1) * history.stepSeconds;
}

/**
 * What is known with what is new behind it, the last samples only. What does not follow what is
 * known takes its place: the server was away, or its clock was set.
 */
export function merged(known: History | undefined, more: History, most: number): History {
  if (!known || known.stepSeconds !== more.stepSeconds || more.first !== latest(known) + known.stepSeconds) {
    return length(more) === 0 && known ? known : more;
  }
  const dropped = Math.max(0, length(known) + length(more) - most);
  const names = Object.keys(more.series) as SeriesName[];
  const series = Object.fromEntries(
    names.map(name => [name, [...known.series[name], ...more.series[name]].slice(dropped)]),
  ) as Record<SeriesName, Value[]>;
  return { stepSeconds: known.stepSeconds, first: known.first + dropped * known.stepSeconds, series };
}

export function timesOf(history: History): number[] {
  return Array.from({ length: length(history) }, (_, i) => history.first + i * history.stepSeconds);
}

function known(values: Value[]): number[] {
  return values.filter(value => value !== null);
}

/** The last value that is known; undefined when none is. */
export function current(values: Value[]): number | undefined {
  return known(values).at(-1);
}

/** All that was counted, or what the last samples have. */
export function total(values: Value[], last = values.length): number {
  return known(values.slice(Math.max(0, values.length - last))).reduce((sum, value) => sum + value, 0);
}

/** What was counted in a day: the minutes that are over, and what has come since by the second. */
export function ofDay(name: SeriesName, minutes: History, seconds: History | undefined): number {
  const over = total(minutes.series[name]);
  const since = seconds ? (latest(seconds) - latest(minutes) - minutes.stepSeconds) / seconds.stepSeconds + 1 : 0;
  return over + (seconds && since > 0 ? total(seconds.series[name], since) : 0);
}

export function highest(values: Value[]): number | undefined {
  const all = known(values);
  return all.length ? all.reduce((most, value) => Math.max(most, value)) : undefined;
}

/** The mean of the samples that are known; undefined when none is. */
export function mean(values: Value[]): number | undefined {
  const all = known(values);
  return all.length ? total(all) / all.length : undefined;
}

export interface Group {
  from: number;
  /** By name: of a level its highest, of a count its sum; null when nothing is known. */
  values: Partial<Record<SeriesName, Value>>;
}

const LEVELS = new Set<SeriesName>(['connections', 'queued']);

/** Samples by so many, the latest first, for a table; what is left over at the beginning is a group too. */
export function grouped(history: History, names: SeriesName[], size: number): Group[] {
  const groups: Group[] = [];
  for (let end = length(history); end > 0; end -= size) {
    const begin = Math.max(0, end - size);
    const of = (name: SeriesName): Value => {
      const part = history.series[name].slice(begin, end);
      if (known(part).length === 0) return null;
      return LEVELS.has(name) ? (highest(part) ?? null) : total(part);
    };
    groups.push({
      from: history.first + begin * history.stepSeconds,
      values: Object.fromEntries(names.map(name => [name, of(name)])),
    });
  }
  return groups;
}
