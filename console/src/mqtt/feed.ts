import { oneLine } from '../payload';
import { matches } from '../topics';
import { compiled, type Filter, holds } from './filter';
import type { Kept, Message } from './message';
import type { Answer, Counts, Find, Found, Row, Snapshot, SubscriptionState, View, Wanted } from './protocol';
import { Queue } from './queue';
import { Rate } from './rate';
import { Ring } from './ring';
import { TopicTree } from './tree';

export const COUNT_MAX = 50_000;
export const BYTES_MAX = 32 * 1024 * 1024;
export const TREE_MAX = 5000;
export const COLOURS = 10;

const LINE_CHARS = 160;
const KNOWN_TOPICS_MAX = 10_000;
/** Identifiers from here on are the page's own. */
const OWN_IDENTIFIERS = 100_000_000;

/** A subscription, and what came for it. */
export class Followed {
  muted = false;
  state: SubscriptionState['state'] = 'away';
  answer: Answer | undefined;
  count = 0;
  readonly rate = new Rate();

  constructor(
    readonly id: number,
    readonly colour: number,
    readonly wanted: Wanted,
  ) {}

  /** What tells on the wire that a message is for it. */
  get identifier(): number {
    return this.wanted.identifier ?? OWN_IDENTIFIERS + this.id;
  }
}

/** The messages of the page: counts all, keeps the newest, lists those that a filter lets through. */
export class Feed {
  private readonly ring: Ring;
  private readonly tree: TopicTree;
  private readonly rate = new Rate();
  private readonly byteRate = new Rate();
  private readonly arrived = new Rate();
  private readonly seen = new Rate();
  private seenUpTo = 0;
  private counts = { total: 0, bytes: 0, passed: 0, muted: 0, others: 0 };
  private followed: Followed[] = [];
  private ids = 0;
  private whoseByTopic = new Map<string, Followed[]>();
  private test: ((message: Kept) => boolean) | undefined;
  /** The numbers of those that the filter lets through; not kept while there is no filter. */
  private readonly listed = new Queue<number>();
  paused = false;

  constructor(countMax = COUNT_MAX, bytesMax = BYTES_MAX, treeMax = TREE_MAX) {
    this.ring = new Ring(countMax, bytesMax);
    this.tree = new TopicTree(treeMax);
  }

  get subscriptions(): readonly Followed[] {
    return this.followed;
  }

  /** Messages that came, all of them. */
  get total(): number {
    return this.counts.total;
  }

  /** Adds a subscription; one with the same filter is replaced, as on the server, and keeps its count. */
  follow(wanted: Wanted): Followed {
    const before = this.followed.find(each => each.wanted.filter === wanted.filter);
    const taken = new Set(this.followed.map(each => each.colour));
    const free = Array.from({ length: COLOURS }, (_, i) => i).find(i => !taken.has(i));
    const made = new Followed(before?.id ?? ++this.ids, before?.colour ?? free ?? this.ids % COLOURS, wanted);
    if (before) {
      made.count = before.count;
      made.muted = before.muted;
      this.followed = this.followed.map(each => (each === before ? made : each));
    } else {
      this.followed = [...this.followed, made];
    }
    this.whoseByTopic.clear();
    return made;
  }

  unfollow(id: number): Followed | undefined {
    const gone = this.followed.find(each => each.id === id);
    this.followed = this.followed.filter(each => each !== gone);
    this.whoseByTopic.clear();
    return gone;
  }

  take(message: Message): void {
    const { topic, payload, at } = message;
    this.counts.total++;
    this.counts.bytes += payload.length;
    this.rate.add(at);
    this.byteRate.add(at, payload.length);
    this.tree.add(topic, payload, at);
    const whose = this.whose(topic, message.properties.identifiers);
    for (const each of whose) {
      each.count++;
      each.rate.add(at);
    }
    if (whose.length === 0) this.counts.others++;
    else if (whose.every(each => each.muted)) {
      this.counts.muted++;
      return;
    }
    if (this.paused) this.counts.passed++;
    else this.keep(message, whose);
  }

  private keep(message: Message, whose: Followed[]): void {
    const kept = this.ring.push(message, whose.map(each => each.id));
    if (!this.test) {
      this.arrived.add(message.at);
    } else if (this.test(kept)) {
      this.listed.push(kept.number);
      this.arrived.add(message.at);
    }
    this.trim();
  }

  private trim(): void {
    for (let first = this.listed.at(0); first !== undefined && first < this.ring.oldest; first = this.listed.at(0)) {
      this.listed.shift();
    }
  }

  /** By the identifiers that came with it; without any, by the filters. */
  private whose(topic: string, identifiers: number[]): Followed[] {
    if (identifiers.length > 0) {
      const named = this.followed.filter(each => identifiers.includes(each.identifier));
      // Several may have been given the same number.
      return named.length > identifiers.length ? named.filter(each => matches(each.wanted.filter, topic)) : named;
    }
    let known = this.whoseByTopic.get(topic);
    if (!known) {
      known = this.followed.filter(each => matches(each.wanted.filter, topic));
      if (this.whoseByTopic.size >= KNOWN_TOPICS_MAX) this.whoseByTopic.clear();
      this.whoseByTopic.set(topic, known);
    }
    return known;
  }

  filter(filter: Filter): void {
    this.test = compiled(filter);
    this.listed.clear();
    if (!this.test) return;
    for (let i = 0; i < this.ring.length; i++) {
      const kept = this.ring.at(i) as Kept;
      if (this.test(kept)) this.listed.push(kept.number);
    }
  }

  /** Forgets messages, topics and counts; subscriptions stay. */
  clear(): void {
    this.ring.clear();
    this.tree.clear();
    this.listed.clear();
    this.counts = { total: 0, bytes: 0, passed: 0, muted: 0, others: 0 };
    this.followed.forEach(each => (each.count = 0));
  }

  get(number: number): Kept | undefined {
    return this.ring.get(number);
  }

  private length(): number {
    return this.test ? this.listed.length : this.ring.length;
  }

  /** How many of the list are not newer than the anchor. */
  private below(anchor: number | undefined): number {
    if (anchor === undefined) return this.length();
    if (this.test) return this.listed.above(anchor, number => number);
    return Math.max(0, Math.min(this.ring.length, anchor - this.ring.oldest + 1));
  }

  private oldestFirst(place: number): Kept | undefined {
    if (!this.test) return this.ring.at(place);
    const number = this.listed.at(place);
    return number === undefined ? undefined : this.ring.get(number);
  }

  /** By its place in the list, 0 being the newest. */
  at(place: number, anchor: number | undefined): Kept | undefined {
    return this.oldestFirst(this.below(anchor) - 1 - place);
  }

  find({ text, from, older, anchor }: Find): Found | undefined {
    const length = this.below(anchor);
    // The place, oldest first, of the message to begin beside.
    const start = from === undefined ? (older ? length : -1) : this.below(from) - 1;
    const step = older ? -1 : 1;
    for (let place = start + step; place >= 0 && place < length; place += step) {
      const message = this.oldestFirst(place);
      if (message && holds(message, text)) return { message, place: length - 1 - place };
    }
    return undefined;
  }

  /** What the list holds, oldest first. */
  *all(): Generator<Kept> {
    for (let place = 0; place < this.length(); place++) {
      const message = this.oldestFirst(place);
      if (message) yield message;
    }
  }

  filterOf(id: number): string | undefined {
    return this.followed.find(each => each.id === id)?.wanted.filter;
  }

  /** Whether anything still moves. */
  moves(now: number): boolean {
    return this.rate.perSecond(now) > 0;
  }

  look(view: View, now: number): Omit<Snapshot, 'line'> {
    const tree = view.tree;
    const shown = tree ? this.tree.rows(tree.openness, tree.from, tree.count, now) : { rows: [], length: 0 };
    return {
      counts: this.count(now),
      paused: this.paused,
      subscriptions: this.followed.map(each => stateOf(each, now)),
      list: this.list(view, now),
      tree: { ...shown, from: tree?.from ?? 0, topics: this.tree.known, pruned: this.tree.pruned },
    };
  }

  private count(now: number): Counts {
    return {
      ...this.counts,
      perSecond: this.rate.perSecond(now),
      bytesPerSecond: this.byteRate.perSecond(now),
      kept: this.ring.length,
      keptBytes: this.ring.bytes,
      gone: this.ring.gone,
    };
  }

  private list(view: View, now: number): Snapshot['list'] {
    const length = this.below(view.anchor);
    const rows: Row[] = [];
    for (let place = view.from; place < Math.min(view.from + view.count, length); place++) {
      const message = this.oldestFirst(length - 1 - place);
      if (message) rows.push(rowOf(message));
    }
    const fresh = rows.filter(each => each.number > this.seenUpTo);
    fresh.forEach(each => (this.seenUpTo = Math.max(this.seenUpTo, each.number)));
    this.seen.add(now, fresh.length);
    return {
      rows,
      from: view.from,
      length,
      newest: view.anchor ?? this.ring.newest,
      newer: this.length() - length,
      oneOf: oneOf(this.arrived.perSecond(now), this.seen.perSecond(now)),
    };
  }
}

/** One of how many is seen, by how many come and how many of them are drawn; 1 when it is all. */
export function oneOf(arrive: number, drawn: number): number {
  return drawn <= 0 ? 1 : Math.max(1, Math.round(arrive / drawn));
}

function stateOf(each: Followed, now: number): SubscriptionState {
  return {
    ...each.wanted,
    id: each.id,
    colour: each.colour,
    muted: each.muted,
    state: each.state,
    answer: each.answer,
    count: each.count,
    perSecond: each.rate.perSecond(now),
  };
}

function rowOf(message: Kept): Row {
  const { number, at, topic, payload, qos, retain, dup, subscriptions } = message;
  return { number, at, topic, line: oneLine(payload, LINE_CHARS), size: payload.length, qos, retain, dup, subscriptions };
}

export const EMPTY: Omit<Snapshot, 'line'> = new Feed(1, 1, 1).look(
  { anchor: undefined, from: 0, count: 0, tree: undefined },
  0,
);
