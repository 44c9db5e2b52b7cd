export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function equal(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, i) => equal(each, other[i]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every(key => key in other && equal(one[key], other[key]));
}

/** What to merge into one object to make it the other: null deletes a key. Undefined when equal. */
export function difference(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const changed: JsonObject = {};
  for (const key of Object.keys(from)) if (!(key in to)) changed[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = from[key];
    if (isObject(before) && isObject(value)) {
      const inner = difference(before, value);
      if (inner) changed[key] = inner;
    } else if (!equal(before, value)) {
      changed[key] = value;
    }
  }
  return Object.keys(changed).length > 0 ? changed : undefined;
}

/** One value within a document, by the keys that lead to it. */
export interface Leaf {
  path: string;
  value: Json;
}

/** The values of a document that are no objects, in order. */
export function leaves(value: Json | undefined, path = ''): Leaf[] {
  if (value === undefined) return [];
  if (!isObject(value) || Object.keys(value).length === 0) return path ? [{ path, value }] : [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

/** The times of a shadow's metadata by the paths of {@link leaves}; of an array its latest. */
export function times(metadata: Json | undefined, path = ''): Map<string, number> {
  const found = new Map<string, number>();
  if (Array.isArray(metadata)) {
    const latest = Math.max(0, ...metadata.flatMap(each => [...times(each, path).values()]));
    if (latest) found.set(path, latest);
  } else if (isObject(metadata)) {
    if (typeof metadata['timestamp'] === 'number') found.set(path, metadata['timestamp']);
    else {
      for (const [key, inner] of Object.entries(metadata)) {
        times(inner, path ? `${path}.${key}` : key).forEach((time, each) => found.set(each, time));
      }
    }
  }
  return found;
}

/** Why a text is no JSON object of texts, or undefined when it is one. */
export function textsError(text: string): string | undefined {
  const error = objectError(text);
  if (error) return error;
  const odd = Object.entries(JSON.parse(text) as JsonObject).find(([, value]) => typeof value !== 'string');
  return odd && `${odd[0]} needs a text: "${odd[0]}": "…"`;
}

/** Why a text is no JSON object, or undefined when it is one. */
export function objectError(text: string): string | undefined {
  try {
    return isObject(JSON.parse(text) as Json) ? undefined : 'a JSON object is needed: { … }';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
