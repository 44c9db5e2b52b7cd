import mqtt, { type ClientSubscribeCallback, type IPublishPacket, type MqttClient, type Packet } from 'mqtt';
import { texts } from '../texts';
import type { Feed, Followed } from './feed';
import type { Message, Properties, Qos } from './message';
import type { Answer, Line, Offer, Publish, Settings, Wanted } from './protocol';

const RECONNECT_MILLIS = 2000;

/** Reason codes after which it makes sense to try again by oneself [MQTT 5.0, 2.4]. */
const PASSING = new Set([0x88, 0x89, 0x97, 0x9f]);
/** Taken over by another client with this id, or ended by an administrator: coming back would fight. */
const FINAL = new Set([0x8e, 0x98]);

const NO_ANSWER: Answer = { code: undefined, reason: undefined, user: [] };

/** The MQTT connection: reconnects, subscribes again, and says how the server answers. */
export class Connection {
  private client: MqttClient | undefined;
  private incoming: InstanceType<typeof mqtt.Store> | undefined;
  /** What waits for an answer, by packet id. */
  private readonly pending = new Map<number, Answer>();
  /** What the last CONNACK said. */
  private refusal: Answer | undefined;
  line: Line = {
    state: 'off',
    clientId: '',
    since: undefined,
    sessionPresent: false,
    offer: undefined,
    why: undefined,
    connections: 0,
  };

  /**
   * @param url of the WebSocket
   * @param changed called when the line or a subscription is not what it was
   * @param reconnectMillis how long after a lost connection the next is tried
   */
  constructor(
    private readonly url: string,
    private readonly feed: Feed,
    private readonly changed: () => void,
    private readonly reconnectMillis = RECONNECT_MILLIS,
  ) {}

  /** Connects, ending what was before. */
  start({ clientId, clean, expiry, keepAlive }: Settings): void {
    this.stop();
    // What came at QoS 2 and is not released yet belongs to the session, not to a connection.
    if (clean || clientId !== this.line.clientId) this.incoming = undefined;
    this.incoming ??= new mqtt.Store({ clean: false });
    this.turn({ state: 'connecting', clientId, since: undefined, why: undefined, offer: undefined });
    const client = mqtt.connect(this.url, {
      clientId,
      protocolVersion: 5,
      clean,
      keepalive: keepAlive,
      reconnectPeriod: this.reconnectMillis,
      resubscribe: false,
      queueQoSZero: false,
      incomingStore: this.incoming,
      properties: { sessionExpiryInterval: expiry },
      // The page's policy allows no worker made of a string.
      timerVariant: 'native',
    });
    this.client = client;
    const mine = (handler: () => void) => {
      if (this.client === client) handler();
    };
    client.on('connect', connack => mine(() => this.connected(connack.sessionPresent, connack.properties)));
    client.on('message', (topic, payload, packet) => mine(() => this.feed.take(messageOf(topic, payload, packet))));
    client.on('packetreceive', packet => mine(() => this.received(packet)));
    client.on('disconnect', packet => mine(() => this.dismissed(answerOf(packet.reasonCode, packet.properties))));
    client.on('close', () => mine(() => this.closed()));
    client.on('error', error => mine(() => this.failed(error)));
  }

  stop(): void {
    const ended = this.client;
    this.client = undefined;
    this.settle();
    ended?.end(true);
    this.turn({ state: 'off', since: undefined });
    this.away();
  }

  /** Says goodbye first, so that the server keeps no session longer than asked. */
  leave(): void {
    const left = this.client;
    this.client = undefined;
    this.settle();
    left?.end(false);
    this.turn({ state: 'off', since: undefined, why: undefined });
    this.away();
  }

  private turn(part: Partial<Line>): void {
    this.line = { ...this.line, ...part };
    this.changed();
  }

  private connected(sessionPresent: boolean, properties: Parameters<typeof offerOf>[0]): void {
    this.turn({
      state: 'connected',
      since: Date.now(),
      sessionPresent,
      offer: offerOf(properties),
      why: undefined,
      connections: this.line.connections + 1,
    });
    // A session that was kept has its subscriptions still: what is retained came already.
    this.feed.subscriptions.forEach(each => void this.subscribe(each, sessionPresent));
  }

  /** The server has sent DISCONNECT. */
  private dismissed(why: Answer): void {
    this.turn({ why });
    if (why.code === undefined || !FINAL.has(why.code)) return;
    this.end(why);
  }

  private end(why: Answer): void {
    const ended = this.client;
    this.client = undefined;
    this.settle();
    ended?.end(true);
    this.turn({ state: 'ended', since: undefined, why });
    this.away();
  }

  private closed(): void {
    this.settle();
    if (this.line.state === 'ended') return;
    this.turn({ state: 'lost', since: undefined });
    this.away();
  }

  private failed(error: Error & { code?: unknown }): void {
    const code = typeof error.code === 'number' ? error.code : undefined;
    if (code === undefined || !/^Connection refused/.test(error.message)) {
      this.turn({ why: { ...NO_ANSWER, code, reason: error.message } });
    } else if (PASSING.has(code)) {
      // Read when this has returned.
      if (this.client) this.client.options.reconnectOnConnackError = true;
      this.turn({ why: this.refusal ?? { ...NO_ANSWER, code } });
    } else {
      this.end(this.refusal ?? { ...NO_ANSWER, code });
    }
  }

  private received(packet: Packet): void {
    if (packet.cmd === 'connack') this.refusal = answerOf(packet.reasonCode, packet.properties);
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec' && packet.cmd !== 'pubcomp') return;
    const answer = this.pending.get(packet.messageId ?? 0);
    // PUBREC decides; a PUBCOMP after it says no more than that all is done.
    if (!answer || (packet.cmd === 'pubcomp' && answer.code !== undefined && !packet.reasonCode)) return;
    Object.assign(answer, answerOf(packet.reasonCode ?? 0, packet.properties));
  }

  /** Nobody will answer these any more; they are not sent again behind the person's back. */
  private settle(): void {
    const lost = [...this.pending.keys()];
    for (const id of lost) this.client?.removeOutgoingMessage(id);
    this.pending.clear();
  }

  private away(): void {
    for (const each of this.feed.subscriptions) if (each.state !== 'refused') each.state = 'away';
    this.changed();
  }

  /** Subscribes, or as soon as there is a connection. */
  async add(wanted: Wanted): Promise<Answer> {
    const followed = this.feed.follow(wanted);
    this.changed();
    if (!this.client?.connected) return { ...NO_ANSWER, lost: 'unconnected' };
    return this.subscribe(followed, false);
  }

  private async subscribe(followed: Followed, known: boolean): Promise<Answer> {
    const client = this.client;
    if (!client) return { ...NO_ANSWER, lost: 'unconnected' };
    const { wanted } = followed;
    followed.state = 'asking';
    this.changed();
    const numbered = this.line.offer?.identifiers || wanted.identifier !== undefined;
    const answer = await new Promise<Answer>(resolve => {
      client.subscribe(
        wanted.filter,
        {
          qos: wanted.qos,
          nl: wanted.noLocal,
          rap: wanted.retainAsPublished,
          rh: known && wanted.retainHandling === 0 ? 1 : wanted.retainHandling,
          ...(numbered ? { properties: { subscriptionIdentifier: followed.identifier } } : {}),
        },
        (error, _, packet) => resolve(grantOf(error, packet)),
      );
    });
    followed.answer = answer;
    followed.state = answer.code === undefined ? 'away' : answer.code >= 0x80 ? 'refused' : 'granted';
    this.changed();
    return answer;
  }

  async remove(id: number): Promise<void> {
    const gone = this.feed.unfollow(id);
    this.changed();
    if (gone && this.client?.connected) await this.client.unsubscribeAsync(gone.wanted.filter).catch(() => undefined);
  }

  publish({ topic, payload, qos, retain, properties }: Publish): Promise<Answer> {
    const client = this.client;
    if (!client?.connected) return Promise.resolve({ ...NO_ANSWER, lost: 'unconnected' });
    // mqtt.js would send nothing and say nothing.
    if ((properties.alias ?? 0) > (this.line.offer?.topicAliasMaximum ?? 0)) {
      return Promise.resolve({ ...NO_ANSWER, lost: 'failed', reason: texts.mqtt.problems.alias(1, this.line.offer?.topicAliasMaximum ?? 0) });
    }
    const answer: Answer = { ...NO_ANSWER };
    return new Promise(resolve => {
      const before = client.getLastMessageId();
      client.publish(
        topic,
        payload as Buffer,
        { qos, retain, properties: wire(properties) },
        error => {
          if (error && answer.code === undefined) {
            answer.lost = client.connected ? 'failed' : 'connection';
            answer.reason = error.message;
          }
          this.pending.forEach((pending, id) => pending === answer && this.pending.delete(id));
          resolve(answer);
        },
      );
      const id = client.getLastMessageId();
      if (qos > 0 && id !== before) this.pending.set(id, answer);
    });
  }
}

function messageOf(topic: string, payload: Uint8Array, packet: IPublishPacket): Message {
  const given = packet.properties;
  const properties: Properties = { user: [], identifiers: [] };
  if (given) {
    if (given.payloadFormatIndicator !== undefined) properties.utf8 = Boolean(given.payloadFormatIndicator);
    if (given.messageExpiryInterval !== undefined) properties.expiry = given.messageExpiryInterval;
    if (given.contentType !== undefined) properties.contentType = given.contentType;
    if (given.responseTopic !== undefined) properties.responseTopic = given.responseTopic;
    if (given.correlationData !== undefined) properties.correlation = new Uint8Array(given.correlationData);
    const identifier = given.subscriptionIdentifier as number | number[] | undefined;
    if (identifier !== undefined) properties.identifiers = Array.isArray(identifier) ? identifier : [identifier];
    properties.user = pairs(given.userProperties);
  }
  return {
    topic,
    // A copy: the payload is a part of a much larger buffer.
    payload: new Uint8Array(payload),
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup,
    properties,
    at: Date.now(),
  };
}

type UserProperties = Record<string, string | string[]>;

function pairs(given: UserProperties | undefined): [string, string][] {
  return Object.entries(given ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, each]),
  );
}

function wire(properties: Properties): NonNullable<IPublishPacket['properties']> {
  const user = Object.create(null) as UserProperties;
  for (const [name, value] of properties.user) {
    const before = user[name];
    user[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return {
    ...(properties.utf8 ? { payloadFormatIndicator: true } : {}),
    ...(properties.expiry === undefined ? {} : { messageExpiryInterval: properties.expiry }),
    ...(properties.contentType ? { contentType: properties.contentType } : {}),
    ...(properties.responseTopic ? { responseTopic: properties.responseTopic } : {}),
    ...(properties.correlation ? { correlationData: properties.correlation as Buffer } : {}),
    ...(properties.alias === undefined ? {} : { topicAlias: properties.alias }),
    ...(properties.user.length ? { userProperties: user } : {}),
  };
}

type Suback = Parameters<ClientSubscribeCallback>[2];

interface Explained {
  reasonString?: string;
  userProperties?: UserProperties;
}

function answerOf(code: number | undefined, properties: Explained | undefined): Answer {
  return { code, reason: properties?.reasonString, user: pairs(properties?.userProperties) };
}

function grantOf(error: Error | null, packet: Suback): Answer {
  const granted = packet?.granted[0];
  if (granted !== undefined) return answerOf(Number(granted), packet?.properties as Explained | undefined);
  return { ...NO_ANSWER, lost: 'connection', reason: error?.message };
}

interface ConnackProperties {
  maximumQoS?: number;
  maximumPacketSize?: number;
  topicAliasMaximum?: number;
  retainAvailable?: boolean;
  wildcardSubscriptionAvailable?: boolean;
  subscriptionIdentifiersAvailable?: boolean;
  sharedSubscriptionAvailable?: boolean;
  receiveMaximum?: number;
  sessionExpiryInterval?: number;
  serverKeepAlive?: number;
}

/** With the standard's defaults for what is not said [MQTT 5.0, 3.2.2.3]. */
function offerOf(given: ConnackProperties = {}): Offer {
  return {
    maximumQos: (given.maximumQoS ?? 2) as Qos,
    maximumPacketSize: given.maximumPacketSize,
    topicAliasMaximum: given.topicAliasMaximum ?? 0,
    retain: given.retainAvailable ?? true,
    wildcards: given.wildcardSubscriptionAvailable ?? true,
    identifiers: given.subscriptionIdentifiersAvailable ?? true,
    shared: given.sharedSubscriptionAvailable ?? true,
    receiveMaximum: given.receiveMaximum ?? 65_535,
    sessionExpiry: given.sessionExpiryInterval,
    keepAlive: given.serverKeepAlive,
  };
}
