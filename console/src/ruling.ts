import type { Ruling } from './api';
import { equal, isObject, type Json, type JsonObject } from './json';

/** A statement of a policy document, counted from one; undefined when it has not so many. */
export function statementOf(document: string, number: number): JsonObject | undefined {
  const parsed = JSON.parse(document) as JsonObject;
  const statements = parsed['Statement'];
  const found = Array.isArray(statements) ? statements[number - 1] : number === 1 ? statements : undefined;
  return isObject(found) ? found : undefined;
}

/** A statement with what its variables stand for. */
export function filledIn(statement: JsonObject, variables: Record<string, string>): JsonObject {
  const fill = (value: Json): Json => {
    if (typeof value === 'string') {
      return value.replace(/\$\{([^}]+)\}/g, (written, name: string) => variables[name] ?? written);
    }
    if (Array.isArray(value)) return value.map(fill);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
    return value;
  };
  return fill(statement) as JsonObject;
}

/** Whether two rulings say the same for the same reason. */
export function sameRuling(one: Ruling, other: Ruling): boolean {
  const part = ({ outcome, action, resource, statement, policies }: Ruling) =>
    ({ outcome, action, resource, statement: statement ?? null, policies: [...policies].sort() }) as unknown as JsonObject;
  return equal(part(one), part(other));
}

/** A text as policies write it when no letter of it is to be a wildcard or to begin a variable. */
function literally(text: string): string {
  return text.replace(/[*?]|\$(?=\{)/g, letter => `\${${letter}}`);
}

/** The narrowest statement that allows what nothing allows. */
export function whatWouldAllow(ruling: Ruling): JsonObject {
  return { Effect: 'Allow', Action: ruling.action, Resource: literally(ruling.resource) };
}

const THING_NAME = 'iot:Connection.Thing.ThingName';

/**
 * The same for each device with its own name in the place of this one's; undefined when the client's
 * id is no level of the resource.
 */
export function whatWouldAllowEach(ruling: Ruling, client: string): JsonObject | undefined {
  const slash = ruling.resource.indexOf('/');
  const levels = ruling.resource.slice(slash + 1).split('/');
  if (!client || slash < 0 || !levels.includes(client)) return undefined;
  const name = ruling.variables[THING_NAME] === client ? THING_NAME : 'iot:ClientId';
  const named = levels.map(level => (level === client ? `\${${name}}` : literally(level))).join('/');
  return { Effect: 'Allow', Action: ruling.action, Resource: `${ruling.resource.slice(0, slash + 1)}${named}` };
}

/** A document as people read it. */
export function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}

/** A policy document with one more statement. */
export function withStatement(document: string, statement: JsonObject): string {
  const parsed = JSON.parse(document) as JsonObject;
  const before = parsed['Statement'];
  const statements = Array.isArray(before) ? before : before === undefined ? [] : [before];
  return JSON.stringify({ ...parsed, Statement: [...statements, statement] }, null, 2);
}
