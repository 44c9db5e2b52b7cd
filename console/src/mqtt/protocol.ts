import type { Filter } from './filter';
import type { Kept, Properties, Qos } from './message';
import type { Openness, TreeRow } from './tree';

/** What a person asks to hear [MQTT 5.0, 3.8]. */
export interface Wanted {
  filter: string;
  qos: Qos;
  noLocal: boolean;
  retainAsPublished: boolean;
  /** 0: send what is retained; 1: only when this subscription is new; 2: do not. */
  retainHandling: 0 | 1 | 2;
  /** Chosen by the person; else the page numbers it, to tell whose messages come. */
  identifier: number | undefined;
}

/** How the server has answered, or that it has not. */
export interface Answer {
  /** The reason code [MQTT 5.0, 2.4], undefined when there was none. */
  code: number | undefined;
  /** The server's explanation. */
  reason: string | undefined;
  user: [name: string, value: string][];
  /** Why there was no answer. */
  lost?: 'connection' | 'unconnected' | 'failed';
}

export interface SubscriptionState extends Wanted {
  id: number;
  /** Which of the colours. */
  colour: number;
  muted: boolean;
  state: 'asking' | 'granted' | 'refused' | 'away';
  /** What was granted or why it was refused. */
  answer: Answer | undefined;
  count: number;
  perSecond: number;
}

export interface Settings {
  clientId: string;
  clean: boolean;
  /** Seconds that the session outlives the connection. */
  expiry: number;
  /** Seconds. */
  keepAlive: number;
}

/** What the server said when it accepted the connection; undefined is the standard's default. */
export interface Offer {
  maximumQos: Qos;
  maximumPacketSize: number | undefined;
  topicAliasMaximum: number;
  retain: boolean;
  wildcards: boolean;
  identifiers: boolean;
  shared: boolean;
  receiveMaximum: number;
  /** Where the server decided otherwise than asked. */
  sessionExpiry: number | undefined;
  keepAlive: number | undefined;
}

export interface Line {
  /** Off: not wanted. Ended: the server has ended it for good, or refused it; only a person connects again. */
  state: 'off' | 'connecting' | 'connected' | 'lost' | 'ended';
  clientId: string;
  since: number | undefined;
  sessionPresent: boolean;
  offer: Offer | undefined;
  /** Why it is not connected (any more). */
  why: Answer | undefined;
  /** Connections made since the page began. */
  connections: number;
}

/** A message in the list. */
export interface Row {
  number: number;
  at: number;
  topic: string;
  line: string;
  size: number;
  qos: Qos;
  retain: boolean;
  dup: boolean;
  subscriptions: number[];
}

/** Which part of list and tree is seen. */
export interface View {
  /** The list stands still: nothing newer than this number. */
  anchor: number | undefined;
  from: number;
  count: number;
  tree: { from: number; count: number; openness: Openness } | undefined;
}

export interface Counts {
  /** Messages that came, all of them. */
  total: number;
  bytes: number;
  perSecond: number;
  bytesPerSecond: number;
  kept: number;
  keptBytes: number;
  /** Kept once, but older than the bounds allow. */
  gone: number;
  /** Came while the list was paused: counted, not kept. */
  passed: number;
  /** Only for subscriptions that are muted: counted, not kept. */
  muted: number;
  /** For no subscription that the page knows, such as one of an older session. */
  others: number;
}

/** What the page shows, several times a second. */
export interface Snapshot {
  line: Line;
  counts: Counts;
  paused: boolean;
  subscriptions: SubscriptionState[];
  list: {
    rows: Row[];
    /** The place of the first row, 0 being the newest. */
    from: number;
    length: number;
    /** The number of the newest that is listed. */
    newest: number;
    /** How many are newer than the anchor. */
    newer: number;
    /** While the list follows: one of so many is seen as they pass. */
    oneOf: number;
  };
  tree: { rows: TreeRow[]; from: number; length: number; topics: number; pruned: number };
}

export interface Publish {
  topic: string;
  payload: Uint8Array;
  qos: Qos;
  retain: boolean;
  properties: Properties;
}

export interface Found {
  message: Kept;
  /** Its place in the list. */
  place: number;
}

export interface Find {
  text: string;
  /** The number of the message to begin beside, or undefined. */
  from: number | undefined;
  older: boolean;
  anchor: number | undefined;
}

/** What the page can ask of the worker. */
export interface Calls {
  connect: (settings: Settings) => void;
  disconnect: () => void;
  subscribe: (wanted: Wanted) => Answer;
  unsubscribe: (id: number) => void;
  mute: (asked: { id: number; muted: boolean }) => void;
  publish: (publish: Publish) => Answer;
  view: (view: View) => void;
  filter: (filter: Filter) => void;
  pause: (paused: boolean) => void;
  clear: () => void;
  message: (number: number) => Kept | undefined;
  at: (asked: { place: number; anchor: number | undefined }) => Kept | undefined;
  find: (find: Find) => Found | undefined;
  export: (format: 'jsonl' | 'csv') => Blob;
}

export type CallName = keyof Calls;

export interface Call {
  call: number;
  name: CallName;
  argument: unknown;
}

/** From the page: a call, or that what was sent is drawn. */
export type ToWorker = Call | 'drawn';

export type FromWorker =
  | { snapshot: Snapshot }
  | { call: number; value: unknown }
  | { call: number; error: string };
