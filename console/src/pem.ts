import { fromBase64 } from './payload';

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
