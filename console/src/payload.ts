/** The ways in which a message's content can be looked at. */
export type View = 'auto' | 'json' | 'text' | 'hex' | 'base64' | 'image';

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

export function asText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** The text, or undefined when these bytes are none: not UTF-8, or full of control characters. */
export function text(bytes: Uint8Array): string | undefined {
  try {
    const decoded = strict.decode(bytes);
    return /[\u0000-\u0008\u000e-\u001f]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** Indented, or undefined when it is no JSON. */
export function prettyJson(bytes: Uint8Array): string | undefined {
  const content = text(bytes);
  if (content === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return undefined;
  }
}

const ROW = 16;

/** Offset, bytes and characters, as hex dumps show them. */
export function hex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const shown = row.map(byte => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row.map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(8, '0')}  ${shown.padEnd(ROW * 3 - 1)}  ${letters}`);
  }
  return rows.join('\n');
}

export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

export function fromBase64(encoded: string): Uint8Array {
  return Uint8Array.from(atob(encoded.replace(/\s/g, '')), letter => letter.charCodeAt(0));
}

export function fromHex(written: string): Uint8Array {
  const digits = written.replace(/[\s:,]|0x/gi, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error('hex digits, two for each byte');
  return Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}

const IMAGES: [type: string, begin: number[]][] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', [0x42, 0x4d]],
];

/** The type of a picture by its first bytes, or undefined. No SVG: it could hold scripts. */
export function imageType(bytes: Uint8Array): string | undefined {
  const webp = asText(bytes.subarray(0, 4)) === 'RIFF' && asText(bytes.subarray(8, 12)) === 'WEBP';
  return webp ? 'image/webp' : IMAGES.find(([, begin]) => begin.every((byte, i) => bytes[i] === byte))?.[0];
}

/** What `auto` chooses. */
export function bestView(bytes: Uint8Array): Exclude<View, 'auto'> {
  if (imageType(bytes)) return 'image';
  if (prettyJson(bytes) !== undefined) return 'json';
  return text(bytes) === undefined ? 'hex' : 'text';
}

export function shown(bytes: Uint8Array, view: Exclude<View, 'auto' | 'image'>): string {
  switch (view) {
    case 'json':
      return prettyJson(bytes) ?? asText(bytes);
    case 'text':
      return asText(bytes);
    case 'hex':
      return hex(bytes);
    case 'base64':
      return base64(bytes);
  }
}

/** The beginning of a message in one line. */
export function oneLine(bytes: Uint8Array, most: number): string {
  const content = text(bytes.subarray(0, most * 4)) ?? hex(bytes.subarray(0, 24)).slice(10, 57);
  const flat = content.replace(/\s+/g, ' ');
  return flat.length > most ? `${flat.slice(0, most)}…` : flat;
}
