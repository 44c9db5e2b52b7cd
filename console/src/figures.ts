const STEPS = ['', ' k', ' M', ' G', ' T'];

/** A number that fits a small place: 999, 1.2 k, 34 M. */
export function compact(value: number): string {
  let step = 0;
  let left = value;
  while (Math.abs(left) >= 999.5 && step < STEPS.length - 1) {
    left /= 1000;
    step++;
  }
  const shown = left !== 0 && Math.abs(left) < 9.95 && (step > 0 || !Number.isInteger(left)) ? left.toFixed(1) : left.toFixed(0);
  return `${shown}${STEPS[step]}`;
}

/** Bytes, in powers of a thousand: 999 B, 1.2 kB. */
export function bytes(value: number): string {
  const text = compact(value);
  return text.includes(' ') ? `${text}B` : `${text} B`;
}

/** A whole number as one reads it: 12,345. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** The time of day, with seconds or without, as the browser's language has it but of 24 hours. */
export function clock(seconds: number, withSeconds: boolean): string {
  return new Date(seconds * 1000).toLocaleTimeString('en', {
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds && { second: '2-digit' }),
    hourCycle: 'h23',
  });
}
