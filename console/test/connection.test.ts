import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '../src/mqtt/connection';
import { Feed } from '../src/mqtt/feed';
import type { Publish, Settings, Wanted } from '../src/mqtt/protocol';

type Answering = (packet: Packet, send: (packet: Packet) => void, socket: Socket) => void;

const SETTINGS: Settings = { clientId: 'tester', clean: true, expiry: 0, keepAlive: 60 };
const OFFER = { maximumQoS: 1, topicAliasMaximum: 4, subscriptionIdentifiersAvailable: true };

function wanted(filter: string, more: Partial<Wanted> = {}): Wanted {
  return { filter, qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 0, identifier: undefined, ...more };
}

function publish(topic: string, qos: 0 | 1 | 2, more: Partial<Publish['properties']> = {}): Publish {
  const payload = new TextEncoder().encode('x');
  return { topic, payload, qos, retain: false, properties: { user: [], identifiers: [], ...more } };
}

/** A server that answers as a test tells it to, and remembers what it was sent. */
class Script {
  readonly got: Packet[] = [];
  readonly sockets: Socket[] = [];
  private readonly server: Server;
  answer: Answering = answering();

  constructor() {
    this.server = createServer(socket => {
      const parser = mqttPacket.parser({ protocolVersion: 5 });
      const send = (packet: Packet) => socket.write(mqttPacket.generate(packet, { protocolVersion: 5 }));
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', data => parser.parse(data));
      parser.on('packet', packet => {
        this.got.push(packet);
        this.answer(packet, send, socket);
      });
    });
  }

  async url(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  of<C extends Packet['cmd']>(cmd: C): Extract<Packet, { cmd: C }>[] {
    return this.got.filter(each => each.cmd === cmd) as Extract<Packet, { cmd: C }>[];
  }

  close(): void {
    this.sockets.forEach(each => each.destroy());
    this.server.close();
  }
}

/** Says yes to everything, but for what a test answers itself. */
function answering(more: Partial<Record<Packet['cmd'], Answering>> = {}): Answering {
  return (packet, send, socket) => {
    const own = more[packet.cmd];
    if (own) own(packet, send, socket);
    else if (packet.cmd === 'connect') send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: OFFER });
    else if (packet.cmd === 'subscribe') send({ cmd: 'suback', messageId: packet.messageId as number, granted: [1] });
    else if (packet.cmd === 'publish' && packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId as number, reasonCode: 0 });
    else if (packet.cmd === 'publish' && packet.qos === 2) send({ cmd: 'pubrec', messageId: packet.messageId as number, reasonCode: 0 });
    else if (packet.cmd === 'pubrel') send({ cmd: 'pubcomp', messageId: packet.messageId as number, reasonCode: 0 });
  };
}

describe('the connection', () => {
  let script: Script;
  let feed: Feed;
  let connection: Connection;
  const state = (expected: string) => vi.waitFor(() => expect(connection.line.state).toBe(expected), 5000);

  beforeEach(async () => {
    script = new Script();
    feed = new Feed();
    connection = new Connection(await script.url(), feed, () => undefined, 20);
  });

  afterEach(() => {
    connection.stop();
    script.close();
  });

  it('subscribes with all options, and again after it was lost', async () => {
    connection.start(SETTINGS);
    await state('connected');
    expect(connection.line.offer).toMatchObject({ maximumQos: 1, topicAliasMaximum: 4, retain: true, identifiers: true });
    await connection.add(wanted('a/#', { retainHandling: 2, identifier: 7 }));
    const answer = await connection.add(wanted('b'));
    expect(answer.code).toBe(1);
    expect(feed.subscriptions.map(each => each.state)).toEqual(['granted', 'granted']);
    script.sockets[0]?.destroy();
    await vi.waitFor(() => expect(script.of('subscribe')).toHaveLength(4), 5000);
    expect(connection.line.connections).toBe(2);
    const [first, second, third] = script.of('subscribe');
    expect(first?.subscriptions[0]).toMatchObject({ topic: 'a/#', qos: 1, nl: true, rap: true, rh: 2 });
    expect(first?.properties?.subscriptionIdentifier).toBe(7);
    expect(second?.properties?.subscriptionIdentifier).toBe(feed.subscriptions[1]?.identifier);
    expect(third?.subscriptions).toEqual(first?.subscriptions);
  });

  it('asks for what is retained no second time when the session was found again', async () => {
    script.answer = answering({
      connect: (_, send) => send({ cmd: 'connack', reasonCode: 0, sessionPresent: script.of('connect').length > 1 }),
    });
    connection.start({ ...SETTINGS, clean: false, expiry: 60 });
    await state('connected');
    expect(script.of('connect')[0]).toMatchObject({ clean: false, clientId: 'tester', properties: { sessionExpiryInterval: 60 } });
    await connection.add(wanted('a'));
    script.sockets[0]?.destroy();
    await vi.waitFor(() => expect(script.of('subscribe')).toHaveLength(2), 5000);
    expect(script.of('subscribe').map(each => each.subscriptions[0]?.rh)).toEqual([0, 1]);
  });

  it('says why a subscription was refused', async () => {
    script.answer = answering({
      subscribe: (packet, send) =>
        send({ cmd: 'suback', messageId: packet.messageId as number, granted: [0x87], properties: { reasonString: 'no policy' } }),
    });
    connection.start(SETTINGS);
    await state('connected');
    expect(await connection.add(wanted('a'))).toMatchObject({ code: 0x87, reason: 'no policy' });
    expect(feed.subscriptions[0]?.state).toBe('refused');
  });

  it('gives the answer to each publish: PUBACK, PUBREC, refusals with their reason', async () => {
    const refuse = (code: number): Answering => (packet, send) => {
      if (packet.cmd !== 'publish') return;
      const cmd = packet.qos === 1 ? 'puback' : 'pubrec';
      send({ cmd, messageId: packet.messageId as number, reasonCode: code, properties: { reasonString: 'because' } } as Packet);
    };
    connection.start(SETTINGS);
    await state('connected');
    expect((await connection.publish(publish('a', 0))).code).toBeUndefined();
    expect((await connection.publish(publish('a', 1))).code).toBe(0);
    expect((await connection.publish(publish('a', 2))).code).toBe(0);
    script.answer = answering({ publish: refuse(0x10) });
    expect(await connection.publish(publish('a', 1))).toMatchObject({ code: 0x10, reason: 'because' });
    expect(await connection.publish(publish('a', 2))).toMatchObject({ code: 0x10 });
    script.answer = answering({ publish: refuse(0x87) });
    expect(await connection.publish(publish('a', 1))).toMatchObject({ code: 0x87, reason: 'because' });
    expect(await connection.publish(publish('a', 2))).toMatchObject({ code: 0x87, reason: 'because' });
  });

  it('sends all properties', async () => {
    connection.start(SETTINGS);
    await state('connected');
    const correlation = new Uint8Array([0, 255]);
    const user: [string, string][] = [['k', 'v'], ['k', 'w'], ['__proto__', 'x']];
    await connection.publish(
      publish('a', 1, { utf8: true, expiry: 60, contentType: 'text/plain', responseTopic: 'r', correlation, alias: 3, user }),
    );
    expect(script.of('publish')[0]?.properties).toMatchObject({
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: 'text/plain',
      responseTopic: 'r',
      correlationData: Buffer.from(correlation),
      topicAlias: 3,
      userProperties: { k: ['v', 'w'] },
    });
    // An alias above what the server takes never leaves.
    expect(await connection.publish(publish('a', 1, { alias: 5 }))).toMatchObject({ lost: 'failed' });
  });

  it('reports what was not answered when it was lost, and does not send it again', async () => {
    script.answer = answering({ publish: (_, __, socket) => socket.destroy() });
    connection.start(SETTINGS);
    await state('connected');
    expect(await connection.publish(publish('a', 1))).toMatchObject({ code: undefined, lost: 'connection' });
    expect(await connection.publish(publish('b', 1))).toMatchObject({ lost: 'unconnected' });
    await vi.waitFor(() => expect(connection.line).toMatchObject({ state: 'connected', connections: 2 }), 5000);
    await connection.publish(publish('c', 0));
    await vi.waitFor(() => expect(script.of('publish').map(each => each.topic)).toEqual(['a', 'c']), 5000);
  });

  it('stays away when another client has taken its id', async () => {
    connection.start(SETTINGS);
    await state('connected');
    await connection.add(wanted('a'));
    script.sockets[0]?.end(mqttPacket.generate({ cmd: 'disconnect', reasonCode: 0x8e } as Packet, { protocolVersion: 5 }));
    await state('ended');
    expect(connection.line.why?.code).toBe(0x8e);
    expect(feed.subscriptions[0]?.state).toBe('away');
    connection.start(SETTINGS);
    await vi.waitFor(() => expect(feed.subscriptions[0]?.state).toBe('granted'), 5000);
    expect(script.of('connect')).toHaveLength(2);
  });

  it('says why the server ended it, and comes back', async () => {
    connection.start(SETTINGS);
    await state('connected');
    const why = { cmd: 'disconnect', reasonCode: 0x90, properties: { reasonString: 'a reserved topic' } } as Packet;
    let seen: unknown;
    const watching = vi.waitFor(() => {
      seen ??= connection.line.state === 'lost' ? connection.line.why : undefined;
      expect(seen).toMatchObject({ code: 0x90, reason: 'a reserved topic' });
    }, { timeout: 5000, interval: 1 });
    script.sockets[0]?.end(mqttPacket.generate(why, { protocolVersion: 5 }));
    await watching;
    await vi.waitFor(() => expect(connection.line).toMatchObject({ state: 'connected', why: undefined }), 5000);
  });

  it('gives up when the server says no, and goes on when it says not now', async () => {
    script.answer = answering({
      connect: (_, send) => {
        const reasonCode = [0x88, 0x87][script.of('connect').length - 1] ?? 0;
        send({ cmd: 'connack', reasonCode, sessionPresent: false, properties: { reasonString: `said ${reasonCode}` } });
      },
    });
    connection.start(SETTINGS);
    await state('ended');
    expect(connection.line.why).toMatchObject({ code: 0x87, reason: 'said 135' });
    expect(script.of('connect')).toHaveLength(2);
    connection.start(SETTINGS);
    await state('connected');
  });

  it('hands on what comes, with its properties', async () => {
    connection.start(SETTINGS);
    await state('connected');
    await connection.add(wanted('a/#'));
    await connection.add(wanted('a/b'));
    const identifiers = feed.subscriptions.map(each => each.identifier);
    script.sockets[0]?.write(
      mqttPacket.generate(
        {
          cmd: 'publish',
          topic: 'a/b',
          payload: Buffer.from([0, 255]),
          qos: 0,
          retain: true,
          dup: false,
          properties: {
            subscriptionIdentifier: identifiers as unknown as number,
            payloadFormatIndicator: false,
            correlationData: Buffer.from('c'),
            userProperties: { k: ['v', 'w'], l: 'm' },
          },
        },
        { protocolVersion: 5 },
      ),
    );
    await vi.waitFor(() => expect(feed.total).toBe(1), 5000);
    expect(feed.at(0, undefined)).toMatchObject({
      topic: 'a/b',
      payload: new Uint8Array([0, 255]),
      retain: true,
      subscriptions: [1, 2],
      properties: { utf8: false, correlation: new Uint8Array([99]), user: [['k', 'v'], ['k', 'w'], ['l', 'm']], identifiers },
    });
    expect(feed.subscriptions.map(each => each.count)).toEqual([1, 1]);
  });

  it('says goodbye when a person disconnects', async () => {
    connection.start(SETTINGS);
    await state('connected');
    connection.leave();
    await vi.waitFor(() => expect(script.of('disconnect')).toHaveLength(1), 5000);
    expect(connection.line.state).toBe('off');
  });
});
