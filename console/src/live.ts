import type { IClientPublishOptions, IPublishPacket, MqttClient } from 'mqtt';
import { loadSession, session } from './http';
import { store } from './store';
import { matches } from './topics';

/** A message that came. */
export interface Heard {
  topic: string;
  payload: Uint8Array;
  qos: 0 | 1 | 2;
  retain: boolean;
  dup: boolean;
  properties: NonNullable<IPublishPacket['properties']>;
  at: number;
}

export type State = 'idle' | 'connecting' | 'connected' | 'lost';

/** How the console's one MQTT connection fares. */
export const liveState = store<State>('idle');

export type Publish = IClientPublishOptions;

interface Listener {
  filter: string;
  qos: 0 | 1 | 2;
  heard: (message: Heard) => void;
  failed: ((error: Error) => void) | undefined;
}

const RECONNECT_MILLIS = 2000;
const listeners = new Set<Listener>();
let connecting: Promise<MqttClient> | undefined;

export const clientId = `console-${Array.from(crypto.getRandomValues(new Uint8Array(6)), byte => byte.toString(16).padStart(2, '0')).join('')}`;

function connection(): Promise<MqttClient> {
  connecting ??= connect();
  return connecting;
}

async function connect(): Promise<MqttClient> {
  liveState.set('connecting');
  const { default: mqtt } = await import('mqtt');
  const client = mqtt.connect(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`, {
    clientId,
    protocolVersion: 5,
    clean: true,
    keepalive: 30,
    reconnectPeriod: RECONNECT_MILLIS,
    resubscribe: false,
    // The page's policy allows no worker made of a string.
    timerVariant: 'native',
  });
  client.on('connect', () => {
    liveState.set('connected');
    // Once for each filter, at the highest quality anybody asks.
    const wanted = new Map<string, 0 | 1 | 2>();
    listeners.forEach(({ filter, qos }) => wanted.set(filter, Math.max(qos, wanted.get(filter) ?? 0) as 0 | 1 | 2));
    wanted.forEach((qos, filter) => subscribe(client, filter, qos));
  });
  client.on('close', () => {
    if (liveState.get() === 'connected') liveState.set('lost');
    // A session that has ended looks the same as a server that is away: find out which it is.
    void loadSession().catch(() => undefined);
  });
  client.on('error', () => undefined);
  client.on('message', (topic, payload, packet) => {
    const message: Heard = {
      topic,
      payload,
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
      properties: packet.properties ?? {},
      at: Date.now(),
    };
    listeners.forEach(each => {
      if (matches(each.filter, topic)) each.heard(message);
    });
  });
  return client;
}

function subscribe(client: MqttClient, filter: string, qos: 0 | 1 | 2): void {
  client.subscribe(filter, { qos }, (error, granted) => {
    const refused = granted?.find(each => (each.qos as number) >= 128);
    const failure = error ?? (refused ? new Error(`${refused.topic}: ${refused.qos}`) : undefined);
    if (failure) listeners.forEach(each => each.filter === filter && each.failed?.(failure));
  });
}

/** Listens to a filter until the returned function is called, also across lost connections. */
export function listen(
  filter: string,
  heard: (message: Heard) => void,
  options: { qos?: 0 | 1 | 2; failed?: (error: Error) => void } = {},
): () => void {
  const listener: Listener = { filter, qos: options.qos ?? 0, heard, failed: options.failed };
  listeners.add(listener);
  void connection().then(client => {
    if (client.connected && listeners.has(listener)) subscribe(client, filter, listener.qos);
  });
  return () => {
    listeners.delete(listener);
    if (![...listeners].some(each => each.filter === filter)) {
      void connecting?.then(client => client.connected && client.unsubscribe(filter));
    }
  };
}

/** Publishes; resolves when the server has acknowledged as the quality asks. */
export async function publish(topic: string, payload: Uint8Array | string, options: Publish): Promise<void> {
  const client = await connection();
  if (!client.connected) await new Promise<void>(resolve => client.once('connect', () => resolve()));
  await client.publishAsync(topic, payload as Buffer | string, options);
}

session.subscribe(() => {
  if (session.get() !== null || !connecting) return;
  const ended = connecting;
  connecting = undefined;
  liveState.set('idle');
  void ended.then(client => client.end(true));
});

// Who signs in again hears what was listened to before.
session.subscribe(() => {
  if (session.get() && listeners.size > 0) void connection();
});
