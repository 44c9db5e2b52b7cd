import { loadSession, session } from '../http';
import { base64 } from '../payload';
import { store } from '../store';
import { texts } from '../texts';
import { compose, type Draft, NEW_DRAFT, NEW_WANTED, type Problems, type WantedDraft } from './draft';
import { EMPTY } from './feed';
import { ALL, type Filter } from './filter';
import { load, save, type Shelf, withSent } from './kept';
import type { Answer, CallName, Calls, FromWorker, Line, Settings, Snapshot, ToWorker, View } from './protocol';
import { inWords } from './words';

// Lives as long as the browser's tab: who looks at other pages finds subscriptions and messages again.

const NO_LINE: Line = {
  state: 'off',
  clientId: '',
  since: undefined,
  sessionPresent: false,
  offer: undefined,
  why: undefined,
  connections: 0,
};

export const snapshot = store<Snapshot>({ ...EMPTY, line: NO_LINE });
export const line = store<Line>(NO_LINE);
export const failure = store<unknown>(undefined);
export const draft = store<Draft>(NEW_DRAFT);
export const wantedDraft = store<WantedDraft>(NEW_WANTED);
export const filter = store<Filter>(ALL);
export const shelf = store<Shelf>({ history: [], templates: [] });

export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `console-${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`;
}

export const settings = store<Settings>({ clientId: freshId(), clean: true, expiry: 0, keepAlive: 30 });

interface Waiting {
  done: (value: never) => void;
  failed: (error: Error) => void;
}

let worker: Worker | undefined;
let account: string | undefined;
/** Whether a person, or the page for them, wants a connection; undefined until it has begun. */
let wanted: boolean | undefined;
let calls = 0;
const waiting = new Map<number, Waiting>();

/** Requests that were sent from here, by their correlation data: when. */
const requests = new Map<string, number>();
const REQUESTS_MAX = 100;

function start(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'mqtt' });
  made.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ('snapshot' in data) show(data.snapshot);
    else {
      const asked = waiting.get(data.call);
      waiting.delete(data.call);
      if ('error' in data) asked?.failed(new Error(data.error));
      else asked?.done(data.value as never);
    }
  };
  made.onerror = event => failure.set(new Error(event.message || texts.mqtt.workerFailed));
  return made;
}

function show(next: Snapshot): void {
  const before = line.get();
  snapshot.set(next);
  if (JSON.stringify(before) !== JSON.stringify(next.line)) line.set(next.line);
  // A session of the console that has ended looks the same as a server that is away: find out which it is.
  if (next.line.state === 'lost' && before.state !== 'lost') void loadSession().catch(() => undefined);
  const drawn = () => worker?.postMessage('drawn' satisfies ToWorker);
  if (document.hidden) document.addEventListener('visibilitychange', drawn, { once: true });
  else requestAnimationFrame(drawn);
}

export function ask<K extends CallName>(name: K, argument: Parameters<Calls[K]>[0]): Promise<ReturnType<Calls[K]>> {
  worker ??= start();
  const asked = worker;
  return new Promise((done, failed) => {
    waiting.set(++calls, { done, failed });
    asked.postMessage({ call: calls, name, argument } satisfies ToWorker);
  });
}

/** Asks for something of which only a failure is of interest. */
export function tell<K extends CallName>(name: K, argument: Parameters<Calls[K]>[0]): void {
  ask(name, argument).catch((error: unknown) => failure.set(error));
}

export function look(view: View): void {
  tell('view', view);
}

export function setFilter(next: Filter): void {
  filter.set(next);
  tell('filter', next);
}

export function connect(next: Settings): void {
  wanted = true;
  settings.set(next);
  tell('connect', next);
}

export function disconnect(): void {
  wanted = false;
  tell('disconnect', undefined as never);
}

/** Called when the page is shown: connects if nobody has said no, and reads what is kept. */
export function begin(): void {
  const current = session.get()?.account ?? '';
  if (account !== undefined && account !== current) reset();
  if (account !== current) {
    account = current;
    shelf.set(load(localStorage, current));
  }
  if (wanted === undefined) connect(settings.get());
}

/** Nothing of one account is shown to another. */
function reset(): void {
  worker?.terminate();
  worker = undefined;
  wanted = undefined;
  waiting.clear();
  requests.clear();
  snapshot.set({ ...EMPTY, line: NO_LINE });
  line.set(NO_LINE);
  draft.set(NEW_DRAFT);
  wantedDraft.set(NEW_WANTED);
  filter.set(ALL);
  settings.set({ ...settings.get(), clientId: freshId() });
}

export function keep(next: Shelf): void {
  shelf.set(save(localStorage, account ?? '', next));
}

export function accountOf(): string {
  return account ?? '';
}

/** Publishes the draft; what is wrong with it, or the server's answer. */
export async function publishDraft(written: Draft): Promise<{ problems: Problems } | { answer: Answer }> {
  const { publish, problems } = compose(written, line.get().offer);
  if (problems) return { problems };
  const { responseTopic, correlation } = publish.properties;
  if (responseTopic && correlation) {
    if (requests.size >= REQUESTS_MAX) requests.delete(requests.keys().next().value ?? '');
    requests.set(base64(correlation), Date.now());
  }
  const answer = await ask('publish', publish);
  const { text, good } = inWords(answer, written.qos);
  keep(withSent(shelf.get(), { at: Date.now(), draft: written, outcome: text, good }));
  return { answer };
}

/** When the request was published from here that this answers, or undefined. */
export function requestedAt(correlation: Uint8Array | undefined): number | undefined {
  return correlation && requests.get(base64(correlation));
}

session.subscribe(() => {
  const current = session.get();
  if (!worker) return;
  if (current === null) tell('disconnect', undefined as never);
  else if (current && current.account !== account) begin();
  else if (current && wanted && line.get().state === 'off') tell('connect', settings.get());
});
