/** A line of one text, of the other, or of both. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** Beyond that many pairs of lines in the part that differs, all of it counts as replaced. */
const PAIRS_MAX = 1_000_000;

function middle(before: string[], after: string[]): DiffLine[] {
  const line = (kind: DiffLine['kind']) => (text: string) => ({ kind, text });
  const columns = after.length + 1;
  if (before.length * after.length > PAIRS_MAX) return [...before.map(line('removed')), ...after.map(line('added'))];
  // The length of the longest common subsequence of what is left of both.
  const common = new Uint32Array((before.length + 1) * columns);
  const at = (i: number, j: number) => common[i * columns + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * columns + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: 'same', text: before[i] ?? '' });
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: before[i++] ?? '' });
    } else {
      lines.push({ kind: 'added', text: after[j++] ?? '' });
    }
  }
  return lines;
}

/** What changes from one text to the other, line by line. */
export function diff(before: string, after: string): DiffLine[] {
  const one = before.split('\n');
  const other = after.split('\n');
  const shorter = Math.min(one.length, other.length);
  let head = 0;
  while (head < shorter && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < shorter - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++;
  const same = (lines: string[]): DiffLine[] => lines.map(text => ({ kind: 'same', text }));
  return [
    ...same(one.slice(0, head)),
    ...middle(one.slice(head, one.length - tail), other.slice(head, other.length - tail)),
    ...same(one.slice(one.length - tail)),
  ];
}

/** The lines near a change; null stands for those that are left out. */
export function near(lines: DiffLine[], around = 3): (DiffLine | null)[] {
  const wanted = new Set<number>();
  lines.forEach((line, i) => {
    if (line.kind === 'same') return;
    for (let at = i - around; at <= i + around; at++) wanted.add(at);
  });
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, i) => {
    if (wanted.has(i)) shown.push(line);
    else if (shown.at(-1) !== null || shown.length === 0) shown.push(null);
  });
  return shown;
}
