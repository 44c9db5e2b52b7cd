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
  /** The device port listens on this machine only. */
  deviceLoopback: boolean;
  /** What the server's certificate names. */
  hosts: string[];
  /** What else the machine is called, that the certificate does not name. */
  otherHosts: string[];
  ca?: string;
}

/** Undefined until it is known, null when nobody has signed in. */
export const session = store<Session | null | undefined>(undefined);

/** Whether the last call reached the server. */
export const reachable = store(true);

/** Grows when the server is back, or somebody has signed in again: what is shown may be old. */
export const revived = store(0);

/** A call that did not succeed, with the server's words for it. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly retryAfterMillis = 0,
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
  /** As the page itself has asked for it ahead (`first.ts`), so that its answer is taken. */
  plain?: boolean;
}

const SESSION = '/_thingstead/console/session';
const TIMEOUT_MILLIS = 20_000;

/** Reading is tried again by itself after 429 and 503: this often, with a pause before each. */
const PAUSES_MILLIS = [400, 1200, 3000];
const RETRY_AFTER_MAX_MILLIS = 10_000;

/** Codes by which the server says that it does not know the session. */
const SIGNED_OUT = new Set(['MissingAuthenticationTokenException', 'UnauthorizedException']);

export function withQuery(path: string, query: Call['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined);
  const text = given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return text ? `${path}?${text}` : path;
}

async function exchange(method: string, path: string, call: Call, csrf: string | undefined): Promise<unknown> {
  const headers: Record<string, string> = call.plain ? {} : { 'x-thingstead-service': call.service ?? 'iot', ...call.headers };
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
      cache: call.plain ? 'default' : 'no-store',
    });
  } catch (thrown) {
    if (call.signal?.aborted) throw thrown;
    throw away();
  }
  const text = await response.text().catch(() => {
    throw away();
  });
  // Not our server's words, but those of something between that does not reach it.
  if (response.status >= 502 && response.status <= 504 && !response.headers.has('x-amzn-errortype')) throw away();
  reachable.set(true);
  if (!response.ok) throw failure(response, text);
  return text === '' ? {} : parsed(text);
}

function away(): CallError {
  reachable.set(false);
  return new CallError(0, 'Unreachable', texts.errors.unreachable, '');
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
    Number(response.headers.get('retry-after') ?? 0) * 1000,
  );
}

/** Reads again when the server has too much to do or is not ready yet; changes are for people to try again. */
async function patiently(method: string, path: string, call: Call): Promise<unknown> {
  for (let tried = 0; ; tried++) {
    try {
      return await exchange(method, path, call, session.get()?.csrfToken);
    } catch (thrown) {
      const pause = PAUSES_MILLIS[tried];
      const busy = thrown instanceof CallError && (thrown.status === 429 || thrown.status === 503);
      if (!busy || method !== 'GET' || pause === undefined) throw thrown;
      const asked = Math.min(Math.max(pause, thrown.retryAfterMillis), RETRY_AFTER_MAX_MILLIS);
      await new Promise(resolve => setTimeout(resolve, asked * (0.75 + Math.random() / 2)));
      call.signal?.throwIfAborted();
    }
  }
}

/** Calls the public API, or a path of our own, as who has signed in. */
export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  try {
    return (await patiently(method, path, options)) as T;
  } catch (thrown) {
    if (thrown instanceof CallError && SIGNED_OUT.has(thrown.code)) session.set(null);
    throw thrown;
  }
}

/** The page has the session fetched ahead; that answer is good for the first question only. */
let ahead = true;

/** Asks whether somebody has signed in with this browser. */
export async function loadSession(): Promise<void> {
  const plain = ahead;
  ahead = false;
  try {
    session.set((await exchange('GET', SESSION, { plain }, undefined)) as Session);
  } catch (thrown) {
    // A server that fails or is busy has not said that the session is over.
    if (!(thrown instanceof CallError && SIGNED_OUT.has(thrown.code))) throw thrown;
    session.set(null);
  }
}

const SIGNED_IN = 'signed in';
let tellTabs = (_: string): void => undefined;

async function answers(): Promise<boolean> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLIS);
  return fetch('/readyz', { cache: 'no-store', signal }).then(
    response => response.ok,
    () => false,
  );
}

/** Finds out whether the server is there, in two tries; not a use of the session. */
export async function ping(): Promise<void> {
  if ((await answers()) || (await answers())) return;
  reachable.set(false);
}

export async function signIn(proof: { link: string } | { accessKeyId: string; secretAccessKey: string }): Promise<void> {
  if (ahead) {
    // It says who was signed in before: nobody, mostly. Taken now, it is not taken for news later.
    ahead = false;
    void exchange('GET', SESSION, { plain: true }, undefined).catch(() => undefined);
  }
  session.set((await exchange('POST', SESSION, { body: proof }, undefined)) as Session);
  tellTabs(SIGNED_IN);
}

/** Goes on here when somebody has signed in in another tab, by a new link for example. */
export function followOtherTabs(): void {
  const tabs = new BroadcastChannel('thingstead');
  tellTabs = message => tabs.postMessage(message);
  const look = () => {
    if (session.get() === null) void loadSession().catch(() => undefined);
  };
  tabs.addEventListener('message', event => event.data === SIGNED_IN && look());
  document.addEventListener('visibilitychange', () => !document.hidden && look());
}

function revive(): void {
  revived.set(revived.get() + 1);
}
reachable.subscribe(() => reachable.get() && revive());
let signedOut = false;
session.subscribe(() => {
  if (session.get() === null) signedOut = true;
  else if (signedOut && session.get()) {
    signedOut = false;
    revive();
  }
});

export async function signOut(): Promise<void> {
  try {
    await exchange('DELETE', SESSION, {}, session.get()?.csrfToken);
  } finally {
    session.set(null);
  }
}
