import { describe, expect, it, vi } from 'vitest';
import type { Attention } from '../src/api';
import { bytes, clock, compact, whole } from '../src/figures';
import { current, grouped, type History, highest, latest, mean, merged, ofDay, type SeriesName, total, type Value } from '../src/history';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('window', { addEventListener: () => undefined });
const { needsAttention } = await import('../src/attention');
const { thingFilter } = await import('../src/thingFilter');

const NAMES: SeriesName[] = [
  'connections', 'queued', 'messagesIn', 'messagesOut', 'bytesIn', 'bytesOut', 'refused', 'lost', 'rulesDone', 'rulesFailed',
];

function history(first: number, given: Partial<Record<SeriesName, Value[]>>, stepSeconds = 1): History {
  const size = Object.values(given)[0]?.length ?? 0;
  const series = Object.fromEntries(NAMES.map(name => [name, given[name] ?? Array<Value>(size).fill(0)]));
  return { stepSeconds, first, series: series as Record<SeriesName, Value[]> };
}

describe('a history', () => {
  it('grows by what is new and stays as long as it may', () => {
    const known = history(100, { messagesIn: [1, 2, 3] });
    const grown = merged(known, history(103, { messagesIn: [4, 5] }), 4);
    expect(grown.first).toBe(101);
    expect(grown.series.messagesIn).toEqual([2, 3, 4, 5]);
    expect(grown.series.refused).toEqual([0, 0, 0, 0]);
    expect(latest(grown)).toBe(104);
  });

  it('stays when nothing is new', () => {
    const known = history(100, { messagesIn: [1, 2] });
    expect(merged(known, history(102, { messagesIn: [] }), 4)).toEqual(known);
  });

  it('is taken anew when what comes does not follow it', () => {
    const known = history(100, { messagesIn: [1, 2] });
    const other = history(50, { messagesIn: [7] });
    expect(merged(known, other, 4)).toBe(other);
    expect(merged(undefined, other, 4)).toBe(other);
  });

  it('tells the last known value, sums and means without what is unknown', () => {
    expect(current([1, 2, null])).toBe(2);
    expect(current([null])).toBeUndefined();
    expect(total([1, null, 2])).toBe(3);
    expect(total([1, 2, 3, 4], 2)).toBe(7);
    expect(highest([null, 3, 1])).toBe(3);
    expect(highest([null])).toBeUndefined();
    expect(mean([null, 2, 4])).toBe(3);
    expect(mean([])).toBeUndefined();
  });

  it('of a day has the minutes that are over and the seconds since', () => {
    const minutes = history(600, { refused: [1, null, 2] }, 60); // over at 780
    expect(ofDay('refused', minutes, undefined)).toBe(3);
    expect(ofDay('refused', minutes, history(770, { refused: Array<Value>(10).fill(9) }))).toBe(3);
    expect(ofDay('refused', minutes, history(770, { refused: [...Array<Value>(10).fill(9), 4, 5] }))).toBe(12);
    expect(ofDay('refused', minutes, history(790, { refused: [4, 5] }))).toBe(12);
  });

  it('is a table of counts that are summed and levels of which the highest counts, the latest first', () => {
    const known = history(60, { messagesIn: [9, 1, 2, null, null], connections: [9, 4, 3, null, null] });
    expect(grouped(known, ['messagesIn', 'connections'], 2)).toEqual([
      { from: 63, values: { messagesIn: null, connections: null } },
      { from: 61, values: { messagesIn: 3, connections: 4 } },
      { from: 60, values: { messagesIn: 9, connections: 9 } },
    ]);
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1.0 k'],
    [1234, '1.2 k'],
    [12_345, '12 k'],
    [999_600, '1.0 M'],
    [3_400_000_000, '3.4 G'],
    [0.5, '0.5'],
  ])('%d is %s', (value, text) => expect(compact(value)).toBe(text));

  it('have units and separators', () => {
    expect(bytes(12)).toBe('12 B');
    expect(bytes(12_000)).toBe('12 kB');
    expect(whole(1234567)).toBe('1,234,567');
    expect(clock(0, true)).toMatch(/^\d\d:\d\d:00$/);
    expect(clock(0, false)).toMatch(/^\d\d:\d\d$/);
  });
});

describe('what needs attention', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  const calm: Attention = {
    certificatesWaiting: 0,
    takesChanges: true,
    ending: [],
    failingRules: [],
    quotas: [],
    server: { freeBytes: 50e9, freeBytesHigh: 640e6, certificateEnds: '2027-11-24T12:00:00Z' },
  };
  const needs = (change: Partial<Attention>, more: { warnings?: never[]; seconds?: History; minutes?: History } = {}) =>
    needsAttention({ attention: { ...calm, ...change }, warnings: [], seconds: undefined, minutes: undefined, nowMillis: now, ...more });

  it('is nothing on a calm server', () => {
    expect(needs({})).toEqual([]);
    expect(needs({}, { seconds: history(0, { refused: Array<Value>(300).fill(0) }) })).toEqual([]);
  });

  it('is who waits for activation', () => {
    const [item] = needs({ certificatesWaiting: 2 });
    expect(item?.text).toContain('2 certificates wait');
    expect(item?.link?.href).toBe('#/certificates?show=waiting');
  });

  it('is what ends soon, the first few and how many more', () => {
    const ending = ['a', 'b', 'c', 'd', 'e'].map((id, i) => ({
      id: id.repeat(64),
      authority: id === 'b',
      end: new Date(now + (i + 1) * 86_400_000).toISOString(),
    }));
    const items = needs({ ending });
    expect(items).toHaveLength(4);
    expect(items[0]?.text).toContain('aaaaaaaaaaaa… ends in 1 day;');
    expect(items[1]?.link?.href).toBe('#/authorities');
    expect(items[3]?.text).toContain('2 more');
  });

  it('is a certificate that several devices use, for a day', () => {
    const warning = (time: string, kind: string) => ({ number: 1, time, kind, resource: 'arn:aws:iot:x:0:cert/ab12', text: 'two things' });
    const of = (time: string, kind: string) =>
      needsAttention({ attention: calm, warnings: [warning(time, kind)], seconds: undefined, minutes: undefined, nowMillis: now });
    expect(of('2026-11-24T11:00:00Z', 'shared-certificate')[0]?.link?.href).toBe('#/certificates/ab12');
    expect(of('2026-11-23T11:00:00Z', 'shared-certificate')).toEqual([]);
    expect(of('2026-11-24T11:00:00Z', 'certificate-expiring')).toEqual([]);
  });

  it('is refusals that are more than usual', () => {
    const minutes = history(0, { refused: Array<Value>(120).fill(4) }, 60);
    const seconds = (sum: number) => history(0, { refused: [...Array<Value>(299).fill(0), sum] });
    expect(needs({}, { seconds: seconds(61), minutes })[0]?.key).toBe('refusals');
    expect(needs({}, { seconds: seconds(60), minutes })).toEqual([]);
    expect(needs({}, { seconds: seconds(19) })).toEqual([]);
    expect(needs({}, { seconds: seconds(20) })[0]?.text).toContain('20 refusals');
  });

  it('is rules that fail and messages that are lost, the worst first', () => {
    const items = needs({ failingRules: ['store'], certificatesWaiting: 1 }, { seconds: history(0, { rulesFailed: [2], lost: [3] }) });
    expect(items.map(each => each.key)).toEqual(['rules', 'lost', 'waiting']);
    expect(items[0]?.command).toContain('store');
  });

  it('is a disk that is nearly full, a certificate of the server not renewed, a quota nearly used up', () => {
    const server = { freeBytes: 1e9, freeBytesHigh: 640e6, certificateEnds: '2026-11-26T12:00:00Z' };
    const items = needs({ server, quotas: [{ quota: 'connect.connections', used: 9, value: 10 }] });
    expect(items.map(each => each.key)).toEqual(['server certificate', 'disk', 'quota connect.connections']);
    expect(needs({ takesChanges: false, server })[0]?.key).toBe('store');
  });
});

describe('a search for things', () => {
  it.each([
    ['', {}],
    ['therm', { part: 'therm' }],
    ['colour=red', { attribute: 'colour', value: 'red', prefix: false }],
    ['colour=re*', { attribute: 'colour', value: 're', prefix: true }],
    ['therm  colour=red', { part: 'therm', attribute: 'colour', value: 'red', prefix: false }],
    ['a=', { part: 'a=' }],
  ])('%j', (search, filter) => expect(thingFilter(search)).toEqual(filter));
});
