import { base64, fromBase64 } from './payload';

/** The bytes within the first PEM block. */
export function der(pem: string): Uint8Array {
  const found = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(pem)?.[1];
  if (!found) throw new Error('no PEM block');
  return fromBase64(found);
}

/** SHA-256 as openssl writes it: AB:CD:… */
export async function fingerprint(pem: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', der(pem) as BufferSource);
  return Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}

export function isCertificate(text: string): boolean {
  return /^\s*-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*$/.test(text);
}

export function isRequest(text: string): boolean {
  return /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----[\sA-Za-z0-9+/=]+-----END (NEW )?CERTIFICATE REQUEST-----\s*$/.test(text);
}

/** `AlgorithmIdentifier` of rsaEncryption, after version 0 (RFC 5208). */
const RSA = [0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/** DER of a tag with this content, of 128 bytes to 64 KB. */
function tagged(tag: number, content: number[]): number[] {
  const length = content.length < 256 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return [tag, ...length, ...content];
}

/** An RSA key as every library reads it: PKCS #8 instead of PKCS #1, which Java does not know. */
export function pkcs8(pem: string): string {
  if (!pem.includes('-----BEGIN RSA PRIVATE KEY-----')) return pem;
  const wrapped = tagged(0x30, [...RSA, ...tagged(0x04, [...der(pem)])]);
  const lines = base64(Uint8Array.from(wrapped)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
