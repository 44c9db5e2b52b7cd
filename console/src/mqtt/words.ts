import { texts } from '../texts';
import type { Qos } from './message';
import type { Answer } from './protocol';

const t = texts.mqtt;

/** A reason code in words. */
export function reason(code: number): string {
  const number = `0x${code.toString(16).padStart(2, '0').toUpperCase()}`;
  return `${t.reasons[code] ?? t.unknownReason} (${number})`;
}

/** How the server has answered a PUBLISH. */
export function inWords(answer: Answer, qos: Qos): { text: string; good: boolean; refused: boolean } {
  if (answer.lost) {
    const why = t.lost[answer.lost];
    return { text: answer.lost === 'failed' && answer.reason ? `${why} ${answer.reason}` : why, good: false, refused: false };
  }
  if (answer.code === undefined) return { text: t.sentWithoutAnswer, good: true, refused: false };
  const refused = answer.code >= 0x80;
  const said = answer.code === 0 ? t.accepted(qos) : reason(answer.code);
  const text = refused ? t.refused(said) : said;
  return { text: answer.reason ? `${text}: ${answer.reason}` : text, good: !refused, refused };
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

export function rate(perSecond: number): string {
  const shown = perSecond >= 10 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(perSecond >= 0.05 ? 1 : 0);
  return t.perSecond(shown);
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The time of day to the millisecond. */
export function clock(millis: number): string {
  const time = new Date(millis);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
