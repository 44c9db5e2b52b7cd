import { asText } from '../payload';
import { matches } from '../topics';
import type { Kept } from './message';

/** Which of the kept messages are listed; empty parts let everything through. */
export interface Filter {
  /** A part of the payload or of a property, in any case of letters. */
  text: string;
  /** An MQTT topic filter when it has wildcards, else a part of the topic. */
  topic: string;
  /** The id of a subscription. */
  subscription: number | undefined;
}

export const ALL: Filter = { text: '', topic: '', subscription: undefined };

/** What a message is searched in, besides its topic. */
function searched({ payload, properties }: Kept): string {
  const parts = [asText(payload)];
  if (properties.contentType) parts.push(properties.contentType);
  if (properties.responseTopic) parts.push(properties.responseTopic);
  if (properties.correlation) parts.push(asText(properties.correlation));
  for (const [name, value] of properties.user) parts.push(`${name}=${value}`);
  return parts.join('\n').toLowerCase();
}

/** Whether a text is in a message's payload, properties or topic. */
export function holds(message: Kept, text: string): boolean {
  const part = text.toLowerCase();
  return message.topic.toLowerCase().includes(part) || searched(message).includes(part);
}

/** The test that a filter means, or undefined when it lets everything through. */
export function compiled(filter: Filter): ((message: Kept) => boolean) | undefined {
  const tests: ((message: Kept) => boolean)[] = [];
  const { subscription, topic } = filter;
  if (subscription !== undefined) tests.push(message => message.subscriptions.includes(subscription));
  if (/[+#]/.test(topic)) {
    tests.push(message => matches(topic, message.topic));
  } else if (topic) {
    const part = topic.toLowerCase();
    tests.push(message => message.topic.toLowerCase().includes(part));
  }
  if (filter.text) {
    const part = filter.text.toLowerCase();
    tests.push(message => searched(message).includes(part));
  }
  return tests.length ? message => tests.every(test => test(message)) : undefined;
}
