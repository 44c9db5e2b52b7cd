import type { Refusal } from './api';
import { to } from './router';
import { texts } from './texts';

/** Refusals that a page keeps. */
export const KEPT = 1000;

/** What is known and what is new, by their numbers, the latest first; the oldest go when there are too many. */
export function merged(known: Refusal[], more: Refusal[], kept = KEPT): Refusal[] {
  const latest = known[0]?.number ?? 0;
  const numbers = more.every(each => each.number > latest) ? undefined : new Set(known.map(each => each.number));
  const fresh = new Map(more.filter(each => !numbers?.has(each.number)).map(each => [each.number, each]));
  if (fresh.size === 0) return known;
  const sorted = [...fresh.values()].sort((one, other) => other.number - one.number);
  const all = numbers ? [...sorted, ...known].sort((one, other) => other.number - one.number) : [...sorted, ...known];
  return all.slice(0, kept);
}

/** How many there were between the oldest that is known and the latest, by their numbers. */
export function missed(known: Refusal[]): number {
  const latest = known[0];
  const oldest = known.at(-1);
  return latest && oldest ? latest.number - oldest.number + 1 - known.length : 0;
}

/** What the latest pages have seen, so that a refusal can be explained that the server has forgotten since. */
let seen: Refusal[] = [];

export function remember(refusals: Refusal[]): void {
  seen = merged(seen, refusals);
}

export function remembered(number: number): Refusal | undefined {
  return seen.find(each => each.number === number);
}

/** What the simulator can be asked. */
export interface Question {
  client: string;
  action: string;
  topic: string;
  certificate: string;
  /** Of a connect: with a session that is kept, with a will. */
  persistent: boolean;
  will: string;
}

const ACTIONS: Record<string, string> = {
  'iot:Connect': 'connect',
  'iot:Publish': 'publish',
  'iot:RetainPublish': 'retain',
  'iot:Subscribe': 'subscribe',
  'iot:Receive': 'receive',
};

function afterSlash(text: string): string {
  return text.slice(text.indexOf('/') + 1);
}

function variable(refusal: Refusal, name: string): string {
  const found = Object.entries(refusal.ruling?.variables ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? '';
}

/**
 * What to ask again of a refusal: what the policies were asked, which may be more special than what
 * the client did. Undefined when no device did it.
 */
export function questionOf(refusal: Refusal): Question | undefined {
  const ruling = refusal.ruling;
  const action = (ruling && ACTIONS[ruling.action]) ?? refusal.action.toLowerCase();
  if (!refusal.client || !(action in texts.simulator.actions)) return undefined;
  const attributes = variable(refusal, 'iot:ConnectAttributes');
  const will = variable(refusal, 'iot:LastWillTopic');
  const connects = action === 'connect';
  return {
    client: refusal.client,
    action,
    topic: connects ? '' : ruling && ACTIONS[ruling.action] ? afterSlash(ruling.resource) : refusal.resource,
    certificate: /^[0-9a-f]{64}$/.test(refusal.principal) ? refusal.principal : '',
    persistent: connects && attributes.includes('PersistentConnect'),
    will: !connects ? '' : will ? afterSlash(will) : attributes.includes('LastWill') ? 'any' : '',
  };
}

/** A question as a part of an address. */
export function asQuery(question: Question): Record<string, string> {
  const { persistent, ...texts } = question;
  const given = Object.entries(texts).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(given), ...(persistent && { persistent: 'true' }) };
}

/** Where a refusal is explained, or undefined for one that no policy decided and no device caused. */
export function explanation(refusal: Refusal): string | undefined {
  const question = questionOf(refusal);
  return question || refusal.ruling
    ? to(['simulator'], { refusal: String(refusal.number), ...(question && asQuery(question)) })
    : undefined;
}
