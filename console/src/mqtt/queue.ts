const COMPACT_AFTER = 1024;

/** First in, first out, read by place; adding and taking cost the same however long it is. */
export class Queue<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  /** What is at a place, 0 being the oldest, or undefined. */
  at(place: number): T | undefined {
    return place < 0 ? undefined : this.items[this.head + place];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head > COMPACT_AFTER && this.head * 2 > this.items.length) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  clear(): void {
    this.items = [];
    this.head = 0;
  }

  /** The first place whose item is greater than a bound, by a key that grows with the place. */
  above(bound: number, key: (item: T) => number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (key(this.at(middle) as T) <= bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
