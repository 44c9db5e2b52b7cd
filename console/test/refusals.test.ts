import { describe, expect, it, vi } from 'vitest';
import type { Refusal, Ruling } from '../src/api';
import { applying, groupSources } from '../src/applying';
import { diff, near } from '../src/diff';
import { textsError } from '../src/json';
import { filledIn, sameRuling, statementOf, whatWouldAllow, whatWouldAllowEach, withStatement } from '../src/ruling';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('window', { addEventListener: () => undefined });
const { explanation, merged, missed, questionOf, remember, remembered } = await import('../src/refusals');

function refusal(number: number, more: Partial<Refusal> = {}): Refusal {
  return { number, time: '', action: 'publish', client: 'c', resource: 'a/b', principal: '', why: '', ...more };
}

function ruling(more: Partial<Ruling> = {}): Ruling {
  return {
    outcome: 'IMPLICIT_DENY',
    action: 'iot:Publish',
    resource: 'arn:aws:iot:eu:1:topic/a/b',
    policies: ['p'],
    variables: {},
    unresolved: [],
    ...more,
  };
}

describe('refusals', () => {
  const numbers = (list: Refusal[]) => list.map(each => each.number);

  it('are merged by their numbers, the latest first', () => {
    const known = [refusal(5), refusal(3)];
    expect(numbers(merged(known, [refusal(7), refusal(6)]))).toEqual([7, 6, 5, 3]);
    expect(numbers(merged(known, [refusal(4), refusal(5), refusal(9)]))).toEqual([9, 5, 4, 3]);
    expect(numbers(merged(known, [refusal(6), refusal(6)]))).toEqual([6, 5, 3]);
    expect(merged(known, [refusal(3)])).toBe(known);
    expect(numbers(merged(known, [refusal(6), refusal(7)], 3))).toEqual([7, 6, 5]);
  });

  it('tell by their numbers how many were not told', () => {
    expect(missed([])).toBe(0);
    expect(missed([refusal(9), refusal(5), refusal(4)])).toBe(3);
  });

  it('are remembered for the simulator', () => {
    remember([refusal(11), refusal(12)]);
    expect(remembered(11)?.number).toBe(11);
    expect(remembered(13)).toBeUndefined();
  });

  it('are asked again as the policies were asked', () => {
    const retained = refusal(1, {
      principal: 'ab'.repeat(32),
      ruling: ruling({ action: 'iot:RetainPublish', resource: 'arn:aws:iot:eu:1:topic/a/b' }),
    });
    expect(questionOf(retained)).toEqual({
      client: 'c',
      action: 'retain',
      topic: 'a/b',
      certificate: 'ab'.repeat(32),
      persistent: false,
      will: '',
    });
    const connect = refusal(2, {
      action: 'connect',
      ruling: ruling({
        action: 'iot:Connect',
        resource: 'arn:aws:iot:eu:1:client/c',
        variables: { 'iot:connectattributes': 'PersistentConnect,LastWill', 'iot:LastWillTopic': 'arn:aws:iot:eu:1:topic/w' },
      }),
    });
    expect(questionOf(connect)).toMatchObject({ action: 'connect', topic: '', persistent: true, will: 'w' });
    expect(explanation(connect)).toBe('#/simulator?refusal=2&client=c&action=connect&will=w&persistent=true');
  });

  it('of no device are explained by their ruling alone, or not at all', () => {
    const api = refusal(3, { client: '', action: 'iot:CreateThing', ruling: ruling({ action: 'iot:CreateThing' }) });
    expect(questionOf(api)).toBeUndefined();
    expect(explanation(api)).toBe('#/simulator?refusal=3');
    expect(explanation(refusal(4, { client: '', action: 'sign-in' }))).toBeUndefined();
  });
});

describe('rulings', () => {
  it('are the same when outcome, statement and policies are', () => {
    expect(sameRuling(ruling({ policies: ['a', 'b'] }), ruling({ policies: ['b', 'a'], variables: { x: 'y' } }))).toBe(true);
    expect(sameRuling(ruling(), ruling({ outcome: 'ALLOWED' }))).toBe(false);
    expect(sameRuling(ruling(), ruling({ statement: { policy: 'p', version: '1', number: 1 } }))).toBe(false);
  });

  it('show their statement with its variables filled in', () => {
    const document = '{"Statement":[{"Effect":"Deny"},{"Resource":["x/${iot:ClientId}/${other}"]}]}';
    const statement = statementOf(document, 2) ?? {};
    expect(filledIn(statement, { 'iot:ClientId': 'c1' })).toEqual({ Resource: ['x/c1/${other}'] });
    expect(statementOf(document, 3)).toBeUndefined();
    expect(statementOf('{"Statement":{"Effect":"Deny"}}', 1)).toEqual({ Effect: 'Deny' });
  });

  it('tell the narrowest statement that would allow, in which nothing is a wildcard', () => {
    const odd = ruling({ resource: 'arn:aws:iot:eu:1:topic/$aws/a*b/c?/${d}' });
    expect(whatWouldAllow(odd)['Resource']).toBe('arn:aws:iot:eu:1:topic/$aws/a${*}b/c${?}/${$}{d}');
  });

  it('tell the statement for each device with its own name', () => {
    const own = ruling({ resource: 'arn:aws:iot:eu:1:topic/devices/c1/c1x/*' });
    expect(whatWouldAllowEach(own, 'c1')?.['Resource']).toBe('arn:aws:iot:eu:1:topic/devices/${iot:ClientId}/c1x/${*}');
    const thing = { ...own, variables: { 'iot:Connection.Thing.ThingName': 'c1' } };
    expect(whatWouldAllowEach(thing, 'c1')?.['Resource']).toContain('${iot:Connection.Thing.ThingName}');
    expect(whatWouldAllowEach(own, 'c')).toBeUndefined();
  });

  it('put a statement into a document', () => {
    const one = JSON.parse(withStatement('{"Version":"2012-10-17","Statement":{"a":1}}', { b: 2 }));
    expect(one).toEqual({ Version: '2012-10-17', Statement: [{ a: 1 }, { b: 2 }] });
    expect(JSON.parse(withStatement('{"Statement":[]}', { b: 2 })).Statement).toEqual([{ b: 2 }]);
  });
});

describe('a difference', () => {
  const shown = (before: string, after: string) =>
    diff(before, after).map(line => ({ same: ' ', added: '+', removed: '-' })[line.kind] + line.text);

  it('has every line of both texts', () => {
    expect(shown('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
    expect(shown('a\nb', 'a\nb\nc')).toEqual([' a', ' b', '+c']);
    expect(shown('a\nb\nc\nd', 'b\nd')).toEqual(['-a', ' b', '-c', ' d']);
    expect(shown('a\na', 'a')).toEqual([' a', '-a']);
    expect(shown('a', 'a')).toEqual([' a']);
  });

  it('of long texts is found in time', () => {
    const long = (letter: string) => Array.from({ length: 3000 }, (_, i) => letter + i).join('\n');
    expect(diff(long('a'), long('b'))).toHaveLength(6000);
  });

  it('is shown with what is near', () => {
    const lines = diff('1\n2\n3\n4\n5\n6', '1\n2\n3\n4\nx\n6');
    expect(near(lines, 1).map(line => line?.text ?? '…')).toEqual(['…', '4', '5', 'x', '6']);
    expect(near(diff('a', 'a'))).toEqual([null]);
  });
});

describe('policies of a thing', () => {
  it('come through certificates and groups, also those above, and say whether they are in force', () => {
    const groups = groupSources([
      { group: 'floor-1', above: ['world', 'house'] },
      { group: 'house', above: ['world'] },
    ]);
    expect(groups).toEqual([{ name: 'floor-1' }, { name: 'house' }, { name: 'world', through: 'floor-1' }]);
    const found = applying(
      ['b', 'a', 'other'],
      [
        { policy: 'a', source: { kind: 'certificate', id: 'x' } },
        { policy: 'a', source: { kind: 'group', name: 'house' } },
        { policy: 'b', source: { kind: 'group', name: 'world', through: 'floor-1' } },
        { policy: 'off', source: { kind: 'certificate', id: 'x' } },
      ],
    );
    expect(found.map(each => [each.policy, each.sources.length, each.effective])).toEqual([
      ['a', 2, true],
      ['b', 1, true],
      ['off', 1, false],
      ['other', 0, true],
    ]);
  });
});

describe('attributes', () => {
  it('are an object of texts', () => {
    expect(textsError('{"a": "1"}')).toBeUndefined();
    expect(textsError('{"a": 1}')).toContain('a needs a text');
    expect(textsError('[]')).toContain('object');
  });
});
