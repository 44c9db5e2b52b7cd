import { cost, type Kept, type Message } from './message';
import { Queue } from './queue';

/** The newest messages, bounded in number and in bytes; the oldest go first. */
export class Ring {
  private readonly queue = new Queue<Kept>();
  private last = 0;
  bytes = 0;
  /** How many had to go. */
  gone = 0;

  constructor(
    private readonly countMax: number,
    private readonly bytesMax: number,
  ) {}

  get length(): number {
    return this.queue.length;
  }

  /** The number of the oldest, or one more than the newest's when there is none. */
  get oldest(): number {
    return this.queue.at(0)?.number ?? this.last + 1;
  }

  get newest(): number {
    return this.last;
  }

  push(message: Message, subscriptions: number[]): Kept {
    const kept: Kept = { ...message, number: ++this.last, subscriptions, bytes: cost(message) };
    this.queue.push(kept);
    this.bytes += kept.bytes;
    // The newest stays, however large.
    while (this.queue.length > 1 && (this.queue.length > this.countMax || this.bytes > this.bytesMax)) {
      this.bytes -= this.queue.shift()?.bytes ?? 0;
      this.gone++;
    }
    return kept;
  }

  /** By place, 0 being the oldest. */
  at(place: number): Kept | undefined {
    return this.queue.at(place);
  }

  get(number: number): Kept | undefined {
    const found = this.queue.at(this.queue.above(number, each => each.number) - 1);
    return found?.number === number ? found : undefined;
  }

  clear(): void {
    this.queue.clear();
    this.bytes = 0;
    this.gone = 0;
  }
}
