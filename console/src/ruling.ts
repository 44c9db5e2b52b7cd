import type { Ruling } from './api';
import { isObject, type Json, type JsonObject } from './json';

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

/** The narrowest statement that allows what nothing allows. */
export function whatWouldAllow(ruling: Ruling): JsonObject {
  return { Effect: 'Allow', Action: ruling.action, Resource: ruling.resource };
}
