import { type Draft, NEW_DRAFT } from './draft';

/** Something that was published, and what came of it. */
export interface Sent {
  at: number;
  draft: Draft;
  /** In words. */
  outcome: string;
  good: boolean;
  /** The content was too large to keep. */
  cut: boolean;
}

export interface Template {
  name: string;
  draft: Draft;
}

export interface Shelf {
  history: Sent[];
  templates: Template[];
}

export const HISTORY_MAX = 50;
export const TEMPLATES_MAX = 50;
/** Longer contents are not kept, in characters as they were written. */
export const CONTENT_MAX = 32 * 1024;
/** What all may be together; the oldest of the history goes first. */
export const CHARS_MAX = 1024 * 1024;

const EMPTY: Shelf = { history: [], templates: [] };

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function fits(draft: Draft): boolean {
  return draft.content.length <= CONTENT_MAX;
}

/** Adds to the history, newest first. */
export function withSent(shelf: Shelf, sent: Omit<Sent, 'cut'>): Shelf {
  const cut = !fits(sent.draft);
  const added: Sent = { ...sent, cut, draft: cut ? { ...sent.draft, content: '' } : sent.draft };
  return { ...shelf, history: [added, ...shelf.history].slice(0, HISTORY_MAX) };
}

/** Adds a template or replaces that of the same name; undefined when it is too large or there are too many. */
export function withTemplate(shelf: Shelf, template: Template): Shelf | undefined {
  const others = shelf.templates.filter(each => each.name !== template.name);
  if (!fits(template.draft) || others.length >= TEMPLATES_MAX) return undefined;
  const templates = [...others, template].sort((one, other) => one.name.localeCompare(other.name));
  return { ...shelf, templates };
}

export function withoutTemplate(shelf: Shelf, name: string): Shelf {
  return { ...shelf, templates: shelf.templates.filter(each => each.name !== name) };
}

function key(account: string): string {
  return `thingstead.mqtt.${account}`;
}

/** What this browser keeps for an account; nothing when it is no longer what it should be. */
export function load(storage: Store, account: string): Shelf {
  try {
    const found = JSON.parse(storage.getItem(key(account)) ?? '{}') as Partial<Shelf>;
    // What an older page has kept may lack a field.
    const whole = <T extends { draft: Draft }>(each: T): T => ({ ...each, draft: { ...NEW_DRAFT, ...each.draft } });
    return { history: (found.history ?? []).map(whole), templates: (found.templates ?? []).map(whole) };
  } catch {
    return EMPTY;
  }
}

/** Keeps it, with as much of the history as there is room for; what was kept in the end. */
export function save(storage: Store, account: string, shelf: Shelf): Shelf {
  let kept = shelf;
  let written = JSON.stringify(kept);
  while (written.length > CHARS_MAX && kept.history.length > 0) {
    kept = { ...kept, history: kept.history.slice(0, Math.floor(kept.history.length / 2)) };
    written = JSON.stringify(kept);
  }
  try {
    storage.setItem(key(account), written);
  } catch {
    // The browser has no room, or keeps nothing: it lasts as long as the page.
  }
  return kept;
}

export function forget(storage: Store, account: string): Shelf {
  storage.removeItem(key(account));
  return EMPTY;
}
