import { Rate } from './rate';

/** A row of the tree as it is shown. */
export interface TreeRow {
  path: string;
  name: string;
  level: number;
  /** Messages on it and on what is below it. */
  count: number;
  perSecond: number;
  children: number;
  open: boolean;
  /** The beginning of the last message on this very topic. */
  last: Uint8Array | undefined;
  /** When the last came, on it or below it. */
  at: number;
}

/** Which of the nodes are open: all, or none, but for those that were toggled. */
export interface Openness {
  all: boolean;
  toggled: string[];
}

class Node {
  readonly children = new Map<string, Node>();
  readonly rate = new Rate();
  count = 0;
  own = 0;
  at = 0;
  last: Uint8Array | undefined;
  sorted: Node[] | undefined;

  constructor(
    readonly path: string,
    readonly name: string,
    readonly parent: Node | undefined,
  ) {}

  inOrder(): Node[] {
    this.sorted ??= [...this.children.values()].sort((one, other) => ORDER.compare(one.name, other.name));
    return this.sorted;
  }
}

/** Levels below this are one node, so that a topic of nothing but slashes costs no more than others. */
const LEVELS_MAX = 32;
/** By name, and numbers in names by their size. */
const ORDER = new Intl.Collator('en', { numeric: true });
const LAST_BYTES_MAX = 160;
/** What is left after pruning, so that it is not done for each topic. */
const LEFT = 0.9;

/** Topics as they come, with counts, rates and last values; the quietest go when there are too many. */
export class TopicTree {
  private root = new Node('', '', undefined);
  private topics = new Map<string, Node>();
  private size = 0;
  /** Topics that had to go. */
  pruned = 0;

  constructor(private readonly nodesMax: number) {}

  /** How many topics are known. */
  get known(): number {
    return this.topics.size;
  }

  add(topic: string, payload: Uint8Array, now: number): void {
    const node = this.topics.get(topic) ?? this.make(topic, now);
    node.own++;
    node.last = payload.length > LAST_BYTES_MAX ? payload.slice(0, LAST_BYTES_MAX) : payload;
    for (let each: Node | undefined = node; each?.parent; each = each.parent) {
      each.count++;
      each.at = now;
      each.rate.add(now);
    }
  }

  private make(topic: string, now: number): Node {
    const levels = topic.split('/');
    if (levels.length > LEVELS_MAX) levels.push(levels.splice(LEVELS_MAX - 1).join('/'));
    let node = this.root;
    for (const [i, name] of levels.entries()) {
      let next = node.children.get(name);
      if (!next) {
        next = new Node(i === 0 ? name : `${node.path}/${name}`, name, node);
        next.at = now;
        node.children.set(name, next);
        node.sorted = undefined;
        this.size++;
      }
      node = next;
    }
    this.topics.set(topic, node);
    if (this.size > this.nodesMax) this.prune(node);
    return node;
  }

  private prune(spared: Node): void {
    const leaves = [...this.topics.values()].filter(each => each.children.size === 0 && each !== spared);
    leaves.sort((one, other) => one.at - other.at);
    for (const leaf of leaves) {
      if (this.size <= this.nodesMax * LEFT) return;
      this.remove(leaf);
    }
  }

  /** Takes a topic away, and what above it was there for nothing else. */
  private remove(leaf: Node): void {
    let node: Node = leaf;
    this.topics.delete(node.path);
    this.pruned++;
    for (let parent = node.parent; parent; parent = node.parent) {
      parent.children.delete(node.name);
      parent.sorted = undefined;
      this.size--;
      if (parent.children.size > 0 || parent.own > 0 || !parent.parent) return;
      node = parent;
    }
  }

  /** Some of the rows that are shown, and how many there are. */
  rows(openness: Openness, from: number, count: number, now: number): { rows: TreeRow[]; length: number } {
    const toggled = new Set(openness.toggled);
    const rows: TreeRow[] = [];
    let place = 0;
    const visit = (node: Node, level: number) => {
      const open = node.children.size > 0 && openness.all !== toggled.has(node.path);
      if (place >= from && place < from + count) {
        rows.push({
          path: node.path,
          name: node.name,
          level,
          count: node.count,
          perSecond: node.rate.perSecond(now),
          children: node.children.size,
          open,
          last: node.last,
          at: node.at,
        });
      }
      place++;
      if (open) node.inOrder().forEach(child => visit(child, level + 1));
    };
    this.root.inOrder().forEach(node => visit(node, 1));
    return { rows, length: place };
  }

  clear(): void {
    this.root = new Node('', '', undefined);
    this.topics = new Map();
    this.size = 0;
    this.pruned = 0;
  }
}
