import { base64 } from '../payload';
import type { Kept } from './message';

const exact = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that these bytes are, or undefined when they are none. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return exact.decode(bytes);
  } catch {
    return undefined;
  }
}

/** One message in a line; what is no UTF-8 is base64, under another name. */
export function jsonLine(message: Kept, filterOf: (id: number) => string | undefined): string {
  const { properties } = message;
  const text = textOf(message.payload);
  return JSON.stringify({
    time: new Date(message.at).toISOString(),
    topic: message.topic,
    qos: message.qos,
    retain: message.retain,
    dup: message.dup,
    subscriptions: filters(message, filterOf),
    contentType: properties.contentType,
    responseTopic: properties.responseTopic,
    correlationDataBase64: properties.correlation && base64(properties.correlation),
    payloadFormatUtf8: properties.utf8,
    expirySeconds: properties.expiry,
    userProperties: properties.user.length ? properties.user : undefined,
    ...(text === undefined ? { payloadBase64: base64(message.payload) } : { payload: text }),
  });
}

function filters(message: Kept, filterOf: (id: number) => string | undefined): string[] {
  return message.subscriptions.map(id => filterOf(id)).filter(each => each !== undefined);
}

export const CSV_HEADER = [
  'time',
  'topic',
  'qos',
  'retain',
  'dup',
  'bytes',
  'subscriptions',
  'contentType',
  'responseTopic',
  'correlationDataBase64',
  'payloadFormatUtf8',
  'expirySeconds',
  'userProperties',
  'encoding',
  'payload',
].join(',');

/** One message as a line of CSV [RFC 4180]. */
export function csvLine(message: Kept, filterOf: (id: number) => string | undefined): string {
  const { properties } = message;
  const text = textOf(message.payload);
  return [
    new Date(message.at).toISOString(),
    message.topic,
    message.qos,
    message.retain,
    message.dup,
    message.payload.length,
    filters(message, filterOf).join(' '),
    properties.contentType ?? '',
    properties.responseTopic ?? '',
    properties.correlation ? base64(properties.correlation) : '',
    properties.utf8 ?? '',
    properties.expiry ?? '',
    properties.user.length ? JSON.stringify(properties.user) : '',
    text === undefined ? 'base64' : 'text',
    text ?? base64(message.payload),
  ]
    .map(field)
    .join(',');
}

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function field(value: string | number | boolean): string {
  let text = String(value);
  // A device's message must not become a formula in somebody's spreadsheet.
  if (/^[=+\-@\t\r]/.test(text) && !NUMBER.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines in pieces of some size, so that no string becomes huge. */
export function* pieces(lines: Iterable<string>, charsMax = 1 << 20): Generator<string> {
  let piece: string[] = [];
  let chars = 0;
  for (const line of lines) {
    piece.push(line, '\n');
    chars += line.length;
    if (chars > charsMax) {
      yield piece.join('');
      piece = [];
      chars = 0;
    }
  }
  if (piece.length) yield piece.join('');
}
