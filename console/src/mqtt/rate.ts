const WINDOW_MILLIS = 2000;

/** How much comes in a second, over the last two to four; costs three numbers. */
export class Rate {
  private began = 0;
  private current = 0;
  private before = 0;

  add(now: number, amount = 1): void {
    this.turn(now);
    this.current += amount;
  }

  perSecond(now: number): number {
    this.turn(now);
    const passed = now - this.began;
    const whole = this.before * (1 - passed / WINDOW_MILLIS) + this.current;
    return (whole * 1000) / WINDOW_MILLIS;
  }

  private turn(now: number): void {
    const passed = now - this.began;
    if (passed < WINDOW_MILLIS) return;
    this.before = passed < 2 * WINDOW_MILLIS ? this.current : 0;
    this.current = 0;
    this.began = now - (passed % WINDOW_MILLIS);
  }
}
