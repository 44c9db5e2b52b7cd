import { store } from './store';
import { texts } from './texts';

/** Who has signed in, and where devices connect: what the server tells of a session. */
export interface Session {
  csrfToken: string;
  principal: string;
  account: string;
  region: string;
  ends: string;
  deviceHost: string;
  devicePort: number;
  hosts: string[];
  ca?: string;
}

/** Undefined until it is known, null when nobody has signed in. */
export const session = store<Session | null | undefined>(undefined);

/** Whether the last call reached the server. */
export const reachable = store(true);

/** A call that did not succeed, with the server's words for it. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

export type Service = 'iot' | 'iotdata' | 'iotdevicegateway';

export interface Call {
  service?: Service;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

const SESSION = '/_thingstead/console/session';
const TIMEOUT_MILLIS = 20_000;

/** Codes by which the server says that it does not know the session. */
const SIGNED_OUT = new Set(['MissingAuthenticationTokenException', 'UnauthorizedException']);

export function withQuery(path: string, query: Call['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined);
  const text = given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return text ? `${path}?${text}` : path;
}

async function exchange(method: string, path: string, call: Call, csrf: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = { 'x-thingstead-service': call.service ?? 'iot', ...call.headers };
  if (csrf) headers['x-thingstead-csrf'] = csrf;
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  let response: Response;
  try {
    response = await fetch(withQuery(path, call.query), {
      method,
      headers,
      body: call.body === undefined ? null : typeof call.body === 'string' ? call.body : JSON.stringify(call.body),
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      cache: 'no-store',
    });
  } catch (thrown) {
    if (call.signal?.aborted) throw thrown;
    reachable.set(false);
    throw new CallError(0, 'Unreachable', texts.errors.unreachable, '');
  }
  reachable.set(true);
  const text = await response.text();
  if (!response.ok) throw failure(response, text);
  return text === '' ? {} : parsed(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failure(response: Response, text: string): CallError {
  const body = parsed(text);
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const message = said['message'] ?? said['Message'];
  const code = (response.headers.get('x-amzn-errortype') ?? '').split(':')[0] ?? '';
  return new CallError(
    response.status,
    code,
    typeof message === 'string' ? message : texts.errors.status(response.status),
    response.headers.get('x-amzn-requestid') ?? '',
  );
}

/** Calls the public API, or a path of our own, as who has signed in. */
export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  try {
    return (await exchange(method, path, options, session.get()?.csrfToken)) as T;
  } catch (thrown) {
    if (thrown instanceof CallError && SIGNED_OUT.has(thrown.code)) session.set(null);
    throw thrown;
  }
}

/** Asks whether somebody has signed in with this browser. */
export async function loadSession(): Promise<void> {
  try {
    session.set((await exchange('GET', SESSION, {}, undefined)) as Session);
  } catch (thrown) {
    if (thrown instanceof CallError && thrown.unreachable) throw thrown;
    session.set(null);
  }
}

export async function signIn(proof: { link: string } | { accessKeyId: string; secretAccessKey: string }): Promise<void> {
  session.set((await exchange('POST', SESSION, { body: proof }, undefined)) as Session);
}

export async function signOut(): Promise<void> {
  try {
    await exchange('DELETE', SESSION, {}, session.get()?.csrfToken);
  } finally {
    session.set(null);
  }
}
