export type Qos = 0 | 1 | 2;

/** The properties of a PUBLISH [MQTT 5.0, 3.3.2.3]. */
export interface Properties {
  /** Whether the payload says of itself that it is UTF-8. */
  utf8?: boolean;
  /** Seconds. */
  expiry?: number;
  contentType?: string;
  responseTopic?: string;
  correlation?: Uint8Array;
  alias?: number;
  user: [name: string, value: string][];
  /** The subscriptions that it came for. */
  identifiers: number[];
}

/** A message as it came. */
export interface Message {
  topic: string;
  payload: Uint8Array;
  qos: Qos;
  retain: boolean;
  dup: boolean;
  properties: Properties;
  /** Milliseconds since 1970. */
  at: number;
}

/** A message that is kept. */
export interface Kept extends Message {
  /** Grows with every message that is kept. */
  number: number;
  /** Whose it is: ids of subscriptions. */
  subscriptions: number[];
  /** What keeping it costs, about. */
  bytes: number;
}

/** What objects around a message cost, about. */
const OVERHEAD_BYTES = 240;

export function cost({ topic, payload, properties }: Message): number {
  let bytes = OVERHEAD_BYTES + topic.length + payload.length;
  for (const [name, value] of properties.user) bytes += name.length + value.length + 32;
  bytes += properties.contentType?.length ?? 0;
  bytes += properties.responseTopic?.length ?? 0;
  return bytes + (properties.correlation?.length ?? 0);
}
