import { base64, fromBase64, fromHex } from '../payload';
import { texts } from '../texts';
import type { Properties, Qos } from './message';
import type { Offer, Publish, Wanted } from './protocol';

const t = texts.mqtt.problems;

export type Mode = 'text' | 'json' | 'hex' | 'base64' | 'file';
export type CorrelationMode = 'text' | 'hex' | 'base64';

/** What a person has written to publish; numbers as they are typed. */
export interface Draft {
  topic: string;
  qos: Qos;
  retain: boolean;
  mode: Mode;
  /** As the mode says; of a file the base64. */
  content: string;
  fileName: string;
  expiry: string;
  contentType: string;
  responseTopic: string;
  correlation: string;
  correlationMode: CorrelationMode;
  utf8: boolean;
  alias: string;
  user: { name: string; value: string }[];
}

export const NEW_DRAFT: Draft = {
  topic: '',
  qos: 0,
  retain: false,
  mode: 'json',
  content: '{"message": "hello"}',
  fileName: '',
  expiry: '',
  contentType: '',
  responseTopic: '',
  correlation: '',
  correlationMode: 'text',
  utf8: false,
  alias: '',
  user: [],
};

/** Fields that are wrong, with what is wrong. */
export type Problems = Partial<Record<keyof Draft, string>>;

export type Composed = { publish: Publish; problems?: never } | { publish?: never; problems: Problems };

const SIZE_MAX = 65_535;
const encoder = new TextEncoder();

/** What is wrong with the name of a topic, or undefined [MQTT 5.0, 4.7]. */
export function topicError(topic: string): string | undefined {
  if (!topic) return t.topicEmpty;
  if (/[+#]/.test(topic)) return t.topicWildcard;
  if (topic.includes('\0')) return t.topicNull;
  return encoder.encode(topic).length > SIZE_MAX ? t.tooLong : undefined;
}

/** The message that a draft means, or what is wrong with it. */
export function compose(draft: Draft, offer: Offer | undefined): Composed {
  const problems: Problems = {};
  const attempt = <T>(field: keyof Draft, make: () => T): T | undefined => {
    try {
      return make();
    } catch (thrown) {
      problems[field] = thrown instanceof Error ? thrown.message : String(thrown);
      return undefined;
    }
  };
  const alias = attempt('alias', () => whole(draft.alias, 1, offer?.topicAliasMaximum ?? SIZE_MAX, t.alias));
  // With an alias that the connection knows already, the topic may be left out.
  const topic = draft.topic === '' && alias !== undefined ? undefined : topicError(draft.topic);
  if (topic) problems.topic = topic;
  const payload = attempt('content', () => payloadOf(draft));
  const expiry = attempt('expiry', () => whole(draft.expiry, 0, 0xffff_ffff, t.number));
  const correlation = attempt('correlation', () => bytesOf(draft.correlationMode, draft.correlation));
  const response = draft.responseTopic ? topicError(draft.responseTopic) : undefined;
  if (response) problems.responseTopic = response;
  if (draft.user.some(each => !each.name && each.value)) problems.user = t.userName;
  if (offer && draft.qos > offer.maximumQos) problems.qos = t.qos(offer.maximumQos);
  if (offer && draft.retain && !offer.retain) problems.retain = t.retain;
  if (payload && draft.utf8 && !isUtf8(payload)) problems.utf8 = t.utf8;
  if (payload && offer?.maximumPacketSize && payload.length + draft.topic.length > offer.maximumPacketSize) {
    problems.content = t.tooLarge(payload.length, offer.maximumPacketSize);
  }
  if (!payload || Object.keys(problems).length > 0) return { problems };
  const properties: Properties = {
    user: draft.user.filter(each => each.name).map(({ name, value }) => [name, value]),
    identifiers: [],
    ...(draft.utf8 ? { utf8: true } : {}),
    ...(expiry === undefined ? {} : { expiry }),
    ...(draft.contentType ? { contentType: draft.contentType } : {}),
    ...(draft.responseTopic ? { responseTopic: draft.responseTopic } : {}),
    ...(correlation?.length ? { correlation } : {}),
    ...(alias === undefined ? {} : { alias }),
  };
  return { publish: { topic: draft.topic, payload, qos: draft.qos, retain: draft.retain, properties } };
}

function whole(text: string, least: number, most: number, problem: (least: number, most: number) => string): number | undefined {
  if (text.trim() === '') return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) throw new Error(problem(least, most));
  return number;
}

function payloadOf({ mode, content }: Draft): Uint8Array {
  if (mode === 'json') {
    try {
      JSON.parse(content);
    } catch (thrown) {
      throw new Error(t.json(thrown instanceof Error ? thrown.message : ''));
    }
  }
  return bytesOf(mode === 'json' ? 'text' : mode === 'file' ? 'base64' : mode, content);
}

function bytesOf(mode: CorrelationMode, content: string): Uint8Array {
  if (mode === 'text') return encoder.encode(content);
  try {
    return mode === 'hex' ? fromHex(content) : fromBase64(content);
  } catch {
    throw new Error(mode === 'hex' ? t.hex : t.base64);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The draft that would publish what came: to be changed and published again. */
export function draftOf({ topic, payload, qos, retain, properties }: Publish): Draft {
  const text = isUtf8(payload) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload) : undefined;
  const correlation = properties.correlation ?? new Uint8Array();
  return {
    topic,
    qos,
    retain,
    ...(text === undefined ? { mode: 'base64', content: base64(payload) } : { mode: isJson(text) ? 'json' : 'text', content: text }),
    fileName: '',
    expiry: properties.expiry === undefined ? '' : String(properties.expiry),
    contentType: properties.contentType ?? '',
    responseTopic: properties.responseTopic ?? '',
    ...writtenCorrelation(correlation),
    utf8: properties.utf8 ?? false,
    alias: '',
    user: properties.user.map(([name, value]) => ({ name, value })),
  };
}

function writtenCorrelation(bytes: Uint8Array): Pick<Draft, 'correlation' | 'correlationMode'> {
  const printable = bytes.every(byte => byte >= 32 && byte < 127);
  return printable
    ? { correlation: String.fromCharCode(...bytes), correlationMode: 'text' }
    : { correlation: base64(bytes), correlationMode: 'base64' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The beginning of an answer to a request [MQTT 5.0, 4.10]. */
export function replyTo(request: Publish): Draft {
  return {
    ...NEW_DRAFT,
    topic: request.properties.responseTopic ?? '',
    qos: request.qos,
    ...writtenCorrelation(request.properties.correlation ?? new Uint8Array()),
  };
}

/** A subscription as it is written. */
export interface WantedDraft {
  filter: string;
  qos: Qos;
  noLocal: boolean;
  retainAsPublished: boolean;
  retainHandling: 0 | 1 | 2;
  identifier: string;
}

export const NEW_WANTED: WantedDraft = {
  filter: '',
  qos: 0,
  noLocal: false,
  retainAsPublished: true,
  retainHandling: 0,
  identifier: '',
};

const IDENTIFIER_MAX = 99_999_999;

/** The identifier that was written, undefined for none, or what is wrong with it. */
export function identifierOf(text: string): { identifier: Wanted['identifier'] } | { problem: string } {
  try {
    return { identifier: whole(text, 1, IDENTIFIER_MAX, t.number) };
  } catch (thrown) {
    return { problem: (thrown as Error).message };
  }
}
