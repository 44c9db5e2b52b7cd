import { describe, expect, it } from 'vitest';
import { compose, draftOf, identifierOf, NEW_DRAFT, replyTo } from '../src/mqtt/draft';
import { CSV_HEADER, csvLine, jsonLine, pieces } from '../src/mqtt/export';
import { Feed, oneOf } from '../src/mqtt/feed';
import { ALL, compiled } from '../src/mqtt/filter';
import { CHARS_MAX, CONTENT_MAX, forget, HISTORY_MAX, load, save, type Shelf, TEMPLATES_MAX, withSent, withTemplate } from '../src/mqtt/kept';
import type { Kept, Message, Properties } from '../src/mqtt/message';
import type { Offer, View, Wanted } from '../src/mqtt/protocol';
import { Queue } from '../src/mqtt/queue';
import { Rate } from '../src/mqtt/rate';
import { Ring } from '../src/mqtt/ring';
import { TopicTree } from '../src/mqtt/tree';
import { clock, inWords, rate, reason, size } from '../src/mqtt/words';

const bytes = (text: string) => new TextEncoder().encode(text);

function message(topic: string, payload: string | Uint8Array = '', more: Partial<Message> = {}): Message {
  return {
    topic,
    payload: typeof payload === 'string' ? bytes(payload) : payload,
    qos: 0,
    retain: false,
    dup: false,
    properties: { user: [], identifiers: [] },
    at: 1000,
    ...more,
  };
}

function wanted(filter: string, more: Partial<Wanted> = {}): Wanted {
  return { filter, qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 0, identifier: undefined, ...more };
}

const VIEW: View = { anchor: undefined, from: 0, count: 5, tree: undefined };

describe('a queue', () => {
  it('is first in, first out, by place, however long', () => {
    const queue = new Queue<number>();
    for (let i = 0; i < 10_000; i++) {
      queue.push(i);
      if (i >= 100) expect(queue.shift()).toBe(i - 100);
    }
    expect(queue.length).toBe(100);
    expect([queue.at(0), queue.at(99), queue.at(100), queue.at(-1)]).toEqual([9900, 9999, undefined, undefined]);
    expect(queue.above(9949, each => each)).toBe(50);
    expect([queue.above(0, each => each), queue.above(99_999, each => each)]).toEqual([0, 100]);
  });
});

describe('a rate', () => {
  it('is that of the last seconds, steady or falling', () => {
    const steady = new Rate();
    for (let now = 10_000; now < 20_000; now += 10) steady.add(now);
    expect(steady.perSecond(20_000)).toBeCloseTo(100, 0);
    expect(steady.perSecond(21_000)).toBeCloseTo(50, 0);
    expect(steady.perSecond(30_000)).toBe(0);
    expect(new Rate().perSecond(5)).toBe(0);
  });
});

describe('the ring', () => {
  it('keeps the newest within a number', () => {
    const ring = new Ring(3, 1e9);
    for (let i = 1; i <= 5; i++) ring.push(message(`t/${i}`), []);
    expect([ring.length, ring.oldest, ring.newest, ring.gone]).toEqual([3, 3, 5, 2]);
    expect(ring.get(3)?.topic).toBe('t/3');
    expect([ring.get(2), ring.get(6)]).toEqual([undefined, undefined]);
  });

  it('keeps the newest within bytes, and the newest however large', () => {
    const ring = new Ring(1000, 10_000);
    for (let i = 0; i < 50; i++) ring.push(message('t', new Uint8Array(1000)), []);
    expect(ring.bytes).toBeLessThanOrEqual(10_000);
    expect(ring.length).toBe(8);
    ring.push(message('t', new Uint8Array(50_000)), []);
    expect([ring.length, ring.gone]).toEqual([1, 50]);
    ring.clear();
    expect([ring.length, ring.bytes, ring.oldest]).toEqual([0, 0, 52]);
  });
});

describe('the tree', () => {
  const open = { all: true, toggled: [] as string[] };
  const rows = (tree: TopicTree, openness = open, from = 0, count = 100) =>
    tree.rows(openness, from, count, 1000).rows.map(each => `${each.level} ${each.name}: ${each.count}`);

  it('counts on each level, in order, open and closed', () => {
    const tree = new TopicTree(100);
    ['b', 'a/y', 'a/x', 'a/x', 'a', '/z'].forEach(topic => tree.add(topic, bytes(`on ${topic}`), 1000));
    expect(rows(tree)).toEqual(['1 : 1', '2 z: 1', '1 a: 4', '2 x: 2', '2 y: 1', '1 b: 1']);
    expect(rows(tree, { all: true, toggled: ['a'] })).toEqual(['1 : 1', '2 z: 1', '1 a: 4', '1 b: 1']);
    expect(rows(tree, { all: false, toggled: ['a'] })).toEqual(['1 : 1', '1 a: 4', '2 x: 2', '2 y: 1', '1 b: 1']);
    const some = tree.rows(open, 2, 2, 1000);
    expect([some.length, some.rows.map(each => each.path)]).toEqual([6, ['a', 'a/x']]);
    expect(new TextDecoder().decode(some.rows[1]?.last)).toBe('on a/x');
    expect(tree.known).toBe(5);
  });

  it('lets the quietest go when there are too many, says how many, and counts on', () => {
    const tree = new TopicTree(100);
    for (let i = 0; i < 500; i++) {
      tree.add(`devices/${i}/data`, bytes('1'), 1000 + i);
      tree.add('devices/busy', bytes('2'), 1000 + i);
    }
    const shown = tree.rows(open, 0, 1000, 1500);
    expect(shown.length).toBeLessThanOrEqual(100);
    expect(tree.known + tree.pruned).toBe(501);
    expect(shown.rows[0]?.count).toBe(1000);
    expect(shown.rows.find(each => each.path === 'devices/busy')?.count).toBe(500);
    expect(shown.rows.some(each => each.path === 'devices/499/data')).toBe(true);
    expect(shown.rows.some(each => each.path === 'devices/0')).toBe(false);
  });

  it('makes no more of a topic of nothing but slashes than of others', () => {
    const tree = new TopicTree(100);
    tree.add('/'.repeat(60_000), bytes(''), 1);
    expect(tree.rows(open, 0, 100, 1).length).toBe(32);
    expect(tree.pruned).toBe(0);
  });

  it('keeps no more of a value than it shows', () => {
    const tree = new TopicTree(10);
    tree.add('a', new Uint8Array(1_000_000), 1);
    expect(tree.rows(open, 0, 1, 1).rows[0]?.last?.buffer.byteLength).toBe(160);
  });
});

describe('a filter', () => {
  const kept = (given: Message): Kept => ({ ...given, number: 1, subscriptions: [7], bytes: 0 });
  const hit = kept(
    message('devices/Lamp/data', 'It is WARM', {
      properties: { user: [['site', 'Basel']], identifiers: [], contentType: 'text/plain', correlation: bytes('c-1') },
    }),
  );

  it.each([
    [{ text: 'warm' }, true],
    [{ text: 'cold' }, false],
    [{ text: 'site=basel' }, true],
    [{ text: 'text/plain' }, true],
    [{ text: 'C-1' }, true],
    [{ topic: 'lamp' }, true],
    [{ topic: 'devices/+/data' }, true],
    [{ topic: 'devices/+' }, false],
    [{ subscription: 7 }, true],
    [{ subscription: 8 }, false],
    [{ text: 'warm', topic: 'cellar' }, false],
  ])('%j: %s', (part, expected) => expect(compiled({ ...ALL, ...part })?.(hit)).toBe(expected));

  it('that is empty tests nothing', () => expect(compiled(ALL)).toBeUndefined());
});

describe('the feed', () => {
  it('counts exactly while it samples, keeps the newest and lists them newest first', () => {
    const feed = new Feed(1000, 1e9, 100);
    const all = feed.follow(wanted('#'));
    const some = feed.follow(wanted('a/+'));
    // Ten thousand a second, looked at eight times a second: five rows at a time.
    for (let i = 0; i < 30_000; i++) {
      feed.take(message(i % 3 ? `a/${i % 7}` : 'b', `${i}`, { at: 1000 + i / 10 }));
      if (i % 1250 === 1249) feed.look(VIEW, 1000 + i / 10);
    }
    const shown = feed.look(VIEW, 4000);
    expect(shown.counts).toMatchObject({ total: 30_000, kept: 1000, gone: 29_000, passed: 0, muted: 0, others: 0 });
    expect([all.count, some.count]).toEqual([30_000, 20_000]);
    expect(shown.counts.perSecond).toBeGreaterThan(9000);
    expect(shown.list.rows.map(each => each.line)).toEqual(['29999', '29998', '29997', '29996', '29995']);
    expect(shown.list.length).toBe(1000);
    expect(shown.list.oneOf).toBeGreaterThan(200);
    expect(shown.list.oneOf).toBeLessThan(300);
  });

  it('says that it shows all when it does', () => {
    const feed = new Feed();
    feed.follow(wanted('#'));
    for (let i = 0; i < 20; i++) {
      feed.take(message('a', `${i}`, { at: 1000 + i * 500 }));
      feed.look(VIEW, 1001 + i * 500);
    }
    expect(feed.look(VIEW, 11_000).list.oneOf).toBe(1);
    expect([oneOf(0, 0), oneOf(12, 1), oneOf(1, 1)]).toEqual([1, 12, 1]);
  });

  it('stands still at an anchor, and says how many are newer', () => {
    const feed = new Feed(100, 1e9, 100);
    feed.follow(wanted('#'));
    for (let i = 1; i <= 50; i++) feed.take(message('a', `${i}`));
    const { newest } = feed.look(VIEW, 1000).list;
    for (let i = 51; i <= 120; i++) feed.take(message('a', `${i}`));
    const held = feed.look({ ...VIEW, anchor: newest }, 1000).list;
    expect([held.rows[0]?.line, held.length, held.newer]).toEqual(['50', 30, 70]);
    expect(new TextDecoder().decode(feed.at(1, newest)?.payload)).toBe('49');
    expect(feed.at(30, newest)).toBeUndefined();
  });

  it('lists what a filter lets through, before and after it is set, while old ones go', () => {
    const feed = new Feed(100, 1e9, 100);
    const odd = feed.follow(wanted('odd'));
    feed.follow(wanted('even'));
    for (let i = 0; i < 150; i++) feed.take(message(i % 2 ? 'odd' : 'even', `${i}`));
    feed.filter({ ...ALL, subscription: odd.id });
    for (let i = 150; i < 200; i++) feed.take(message(i % 2 ? 'odd' : 'even', `${i}`));
    const { list } = feed.look(VIEW, 1000);
    expect(list.rows.map(each => each.line)).toEqual(['199', '197', '195', '193', '191']);
    expect(list.length).toBe(50);
    expect([...feed.all()].map(each => each.topic)).toEqual(Array(50).fill('odd'));
    feed.filter(ALL);
    expect(feed.look(VIEW, 1000).list.length).toBe(100);
  });

  it('finds older and newer ones in the list', () => {
    const feed = new Feed();
    feed.follow(wanted('#'));
    ['one', 'two', 'one', 'three'].forEach(text => feed.take(message('a', text)));
    const first = feed.find({ text: 'ONE', from: undefined, older: true, anchor: undefined });
    expect([first?.message.number, first?.place]).toEqual([3, 1]);
    const second = feed.find({ text: 'one', from: 3, older: true, anchor: undefined });
    expect([second?.message.number, second?.place]).toEqual([1, 3]);
    expect(feed.find({ text: 'one', from: 1, older: true, anchor: undefined })).toBeUndefined();
    expect(feed.find({ text: 'one', from: 1, older: false, anchor: undefined })?.message.number).toBe(3);
    expect(feed.find({ text: 'three', from: 1, older: false, anchor: 3 })).toBeUndefined();
  });

  it('counts what it does not keep: paused, muted, for nobody', () => {
    const feed = new Feed();
    const a = feed.follow(wanted('a'));
    feed.follow(wanted('+'));
    feed.take(message('a'));
    feed.paused = true;
    feed.take(message('a'));
    feed.paused = false;
    feed.subscriptions.forEach(each => (each.muted = true));
    feed.take(message('a'));
    a.muted = false;
    feed.take(message('a'));
    feed.take(message('b/c'));
    expect(feed.look(VIEW, 1000).counts).toMatchObject({ total: 5, kept: 3, passed: 1, muted: 1, others: 1 });
    expect(a.count).toBe(4);
    feed.clear();
    expect(feed.look(VIEW, 1000).counts).toMatchObject({ total: 0, kept: 0, passed: 0, muted: 0, others: 0, gone: 0 });
    expect(a.count).toBe(0);
  });

  it('gives a message to the subscriptions that the server names, else to those that match', () => {
    const feed = new Feed();
    const plain = feed.follow(wanted('a/#'));
    const shared = feed.follow(wanted('$share/g/a/#'));
    const mine = feed.follow(wanted('a/b', { identifier: 5 }));
    const other = feed.follow(wanted('a/c', { identifier: 5 }));
    const named = (...identifiers: number[]): Properties => ({ user: [], identifiers });
    feed.take(message('a/b', '', { properties: named(plain.identifier, 5) }));
    feed.take(message('a/b', '', { properties: named(shared.identifier) }));
    expect([plain.count, shared.count, mine.count, other.count]).toEqual([1, 1, 1, 0]);
    feed.take(message('a/c'));
    expect([plain.count, shared.count, mine.count, other.count]).toEqual([2, 2, 1, 1]);
  });

  it('replaces a subscription with the same filter, and gives each a colour', () => {
    const feed = new Feed();
    const first = feed.follow(wanted('a'));
    const second = feed.follow(wanted('b'));
    feed.take(message('a'));
    const again = feed.follow(wanted('a', { qos: 2 }));
    expect([again.id, again.colour, again.count, feed.subscriptions.length]).toEqual([first.id, first.colour, 1, 2]);
    expect(second.colour).not.toBe(first.colour);
    feed.unfollow(again.id);
    expect(feed.follow(wanted('c')).colour).toBe(first.colour);
  });
});

describe('exports', () => {
  const full: Kept = {
    ...message('a/b', 'say "hi",\n1', {
      at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
      qos: 2,
      retain: true,
      properties: {
        user: [['k', 'v'], ['k', 'w']],
        identifiers: [],
        contentType: 'text/plain',
        responseTopic: 'r',
        correlation: new Uint8Array([0, 255]),
        utf8: true,
        expiry: 60,
      },
    }),
    number: 1,
    subscriptions: [1, 2],
    bytes: 0,
  };
  const filterOf = (id: number) => (id === 1 ? 'a/+' : undefined);

  it('are JSON lines that hold everything', () => {
    expect(JSON.parse(jsonLine(full, filterOf))).toEqual({
      time: '2026-01-02T03:04:05.006Z',
      topic: 'a/b',
      qos: 2,
      retain: true,
      dup: false,
      subscriptions: ['a/+'],
      contentType: 'text/plain',
      responseTopic: 'r',
      correlationDataBase64: 'AP8=',
      payloadFormatUtf8: true,
      expirySeconds: 60,
      userProperties: [['k', 'v'], ['k', 'w']],
      payload: 'say "hi",\n1',
    });
    const bom = { ...full, payload: new Uint8Array([0xef, 0xbb, 0xbf, 0x41]) };
    expect(JSON.parse(jsonLine(bom, filterOf)).payload).toBe('\ufeffA');
    const binary = { ...full, payload: new Uint8Array([0xff, 0x00]) };
    expect(JSON.parse(jsonLine(binary, filterOf))).toMatchObject({ payloadBase64: '/wA=' });
  });

  it('are CSV that quotes, and brings no formula into a spreadsheet', () => {
    expect(CSV_HEADER.split(',')).toHaveLength(15);
    expect(csvLine(full, filterOf)).toBe(
      '2026-01-02T03:04:05.006Z,a/b,2,true,false,11,a/+,text/plain,r,AP8=,true,60,"[[""k"",""v""],[""k"",""w""]]",text,"say ""hi"",\n1"',
    );
    const last = (payload: string) => csvLine({ ...full, payload: bytes(payload) }, filterOf).split(',text,').pop();
    expect(last('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
    expect([last('-3.5'), last('+1e3'), last('-cmd'), last('@x')]).toEqual(['-3.5', '+1e3', "'-cmd", "'@x"]);
  });

  it('come in pieces', () => {
    expect([...pieces(['aa', 'bb', 'cc'], 3)]).toEqual(['aa\nbb\n', 'cc\n']);
    expect([...pieces([])]).toEqual([]);
  });
});

describe('a draft', () => {
  const offer: Offer = {
    maximumQos: 2,
    maximumPacketSize: 1000,
    topicAliasMaximum: 8,
    retain: true,
    wildcards: true,
    identifiers: true,
    shared: true,
    receiveMaximum: 10,
    sessionExpiry: undefined,
    keepAlive: undefined,
  };
  const draft = { ...NEW_DRAFT, topic: 'a/b', mode: 'text' as const, content: 'x' };

  it('becomes the message that is meant', () => {
    const { publish } = compose(
      {
        ...draft,
        mode: 'hex',
        content: '00 ff',
        qos: 2,
        retain: true,
        expiry: '60',
        contentType: 'application/octet-stream',
        responseTopic: 'r',
        correlation: 'AP8=',
        correlationMode: 'base64',
        alias: '3',
        user: [{ name: 'k', value: 'v' }, { name: '', value: '' }],
      },
      offer,
    );
    expect(publish).toEqual({
      topic: 'a/b',
      payload: new Uint8Array([0, 255]),
      qos: 2,
      retain: true,
      properties: {
        user: [['k', 'v']],
        identifiers: [],
        expiry: 60,
        contentType: 'application/octet-stream',
        responseTopic: 'r',
        correlation: new Uint8Array([0, 255]),
        alias: 3,
      },
    });
  });

  it.each([
    [{ topic: '' }, 'topic'],
    [{ topic: 'a/#' }, 'topic'],
    [{ topic: 'a\0' }, 'topic'],
    [{ mode: 'json', content: '{' }, 'content'],
    [{ mode: 'hex', content: '0' }, 'content'],
    [{ mode: 'base64', content: '%' }, 'content'],
    [{ content: 'x'.repeat(2000) }, 'content'],
    [{ expiry: '1.5' }, 'expiry'],
    [{ expiry: '4294967296' }, 'expiry'],
    [{ alias: '9' }, 'alias'],
    [{ alias: '0' }, 'alias'],
    [{ responseTopic: '+/x' }, 'responseTopic'],
    [{ correlation: 'x', correlationMode: 'hex' }, 'correlation'],
    [{ mode: 'hex', content: 'ff', utf8: true }, 'utf8'],
    [{ user: [{ name: '', value: 'v' }] }, 'user'],
  ] as const)('%j is wrong in %s', (part, field) => {
    const { problems } = compose({ ...draft, ...part } as typeof NEW_DRAFT, offer);
    expect(Object.keys(problems ?? {})).toEqual([field]);
  });

  it('asks no more of a server than it offers', () => {
    const little: Offer = { ...offer, maximumQos: 1, retain: false, topicAliasMaximum: 0 };
    const { problems } = compose({ ...draft, qos: 2, retain: true, alias: '1' }, little);
    expect(Object.keys(problems ?? {}).sort()).toEqual(['alias', 'qos', 'retain']);
  });

  it('may leave the topic to an alias', () => {
    expect(compose({ ...draft, topic: '', alias: '3' }, offer).publish?.topic).toBe('');
  });

  it('is made of a message, and publishes the same', () => {
    const came = message('a/b', new Uint8Array([1, 255]), {
      qos: 1,
      properties: { user: [['k', 'v']], identifiers: [3], correlation: new Uint8Array([200]), expiry: 5 },
    });
    const { publish } = compose(draftOf(came), offer);
    expect(publish).toMatchObject({ topic: 'a/b', payload: came.payload, qos: 1 });
    expect(publish?.properties).toEqual({ ...came.properties, identifiers: [] });
    expect(draftOf(message('a', '{"x": 1}')).mode).toBe('json');
    expect(draftOf(message('a', 'plain')).mode).toBe('text');
  });

  it('replies to where a request wants it, with its correlation data', () => {
    const request = message('a', 'x', {
      properties: { user: [], identifiers: [], responseTopic: 'answers', correlation: bytes('c-1') },
    });
    expect(replyTo(request)).toMatchObject({ topic: 'answers', correlation: 'c-1', correlationMode: 'text' });
  });

  it('of a subscription has an identifier of its own, or none', () => {
    expect(identifierOf('')).toEqual({ identifier: undefined });
    expect(identifierOf('7')).toEqual({ identifier: 7 });
    expect(identifierOf('0')).toHaveProperty('problem');
    expect(identifierOf('x')).toHaveProperty('problem');
  });
});

describe('what is kept in the browser', () => {
  const storage = () => {
    const map = new Map<string, string>();
    return {
      map,
      getItem: (key: string) => map.get(key) ?? null,
      setItem: (key: string, value: string) => void map.set(key, value),
      removeItem: (key: string) => void map.delete(key),
    };
  };
  const none: Shelf = { history: [], templates: [] };
  const sent = (content: string) => ({ at: 1, draft: { ...NEW_DRAFT, content }, outcome: 'Accepted', good: true });

  it('is bounded in number and in size', () => {
    let shelf = none;
    for (let i = 0; i < HISTORY_MAX + 5; i++) shelf = withSent(shelf, sent(`${i}`));
    expect(shelf.history).toHaveLength(HISTORY_MAX);
    expect(shelf.history[0]?.draft.content).toBe(`${HISTORY_MAX + 4}`);
    expect(withSent(none, sent('x'.repeat(CONTENT_MAX + 1))).history[0]).toMatchObject({ cut: true, draft: { content: '' } });
    for (let i = 0; i < HISTORY_MAX; i++) shelf = withSent(shelf, sent('x'.repeat(CONTENT_MAX)));
    const store = storage();
    const kept = save(store, '1', shelf);
    expect(kept.history.length).toBeLessThan(HISTORY_MAX);
    expect([...store.map.values()].join('').length).toBeLessThanOrEqual(CHARS_MAX);
    expect(load(store, '1')).toEqual(kept);
  });

  it('has templates by name', () => {
    const once = withTemplate(none, { name: 'b', draft: NEW_DRAFT }) ?? none;
    const twice = withTemplate(once, { name: 'a', draft: NEW_DRAFT }) ?? none;
    expect(twice.templates.map(each => each.name)).toEqual(['a', 'b']);
    expect(withTemplate(twice, { name: 'a', draft: { ...NEW_DRAFT, topic: 'new' } })?.templates[0]?.draft.topic).toBe('new');
    expect(withTemplate(none, { name: 'x', draft: { ...NEW_DRAFT, content: 'x'.repeat(CONTENT_MAX + 1) } })).toBeUndefined();
    let full = none;
    for (let i = 0; i < TEMPLATES_MAX; i++) full = withTemplate(full, { name: `${i}`, draft: NEW_DRAFT }) ?? none;
    expect(withTemplate(full, { name: 'one more', draft: NEW_DRAFT })).toBeUndefined();
  });

  it('is each account’s own, goes at will, and is nothing when it is broken', () => {
    const store = storage();
    save(store, '1', withSent(none, sent('x')));
    expect(load(store, '2')).toEqual(none);
    store.setItem('thingstead.mqtt.1', '{"history": 5');
    expect(load(store, '1')).toEqual(none);
    store.setItem('thingstead.mqtt.1', '{"history": [{"draft": {"topic": "old"}}]}');
    expect(load(store, '1').history[0]?.draft).toMatchObject({ topic: 'old', qos: 0, user: [] });
    expect(forget(store, '1')).toEqual(none);
    expect(store.map.size).toBe(0);
  });
});

describe('words', () => {
  it('say how the server answered', () => {
    const answer = { reason: undefined, user: [] };
    expect(inWords({ ...answer, code: 0 }, 1)).toMatchObject({ text: 'Accepted (0x00)', good: true });
    expect(inWords({ ...answer, code: 0x10 }, 2)).toMatchObject({ text: 'Accepted, but nobody subscribes to it (0x10)', good: true });
    expect(inWords({ code: 0x87, reason: 'policy p', user: [] }, 1)).toEqual({
      text: 'Refused: Not authorized (0x87): policy p',
      good: false,
      refused: true,
    });
    expect(inWords({ ...answer, code: undefined }, 0).good).toBe(true);
    expect(inWords({ ...answer, code: undefined, lost: 'connection' }, 1)).toMatchObject({ good: false, refused: false });
    expect(reason(0xee)).toContain('0xEE');
  });

  it('say figures', () => {
    expect([size(5), size(2048), size(3 << 20)]).toEqual(['5 B', '2.0 KB', '3.0 MB']);
    expect([rate(0.01), rate(0.25), rate(12_345.6)]).toEqual(['0/s', '0.3/s', '12,346/s']);
    expect(clock(new Date(2026, 1, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006');
  });
});
