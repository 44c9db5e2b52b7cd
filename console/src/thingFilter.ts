import type { ThingFilter } from './api';

/**
 * What a search means: `colour=red` asks for an attribute, `colour=re*` for the beginning of its
 * value, any other word for a part of the name. Of several the last one of each kind counts.
 */
export function thingFilter(search: string): ThingFilter {
  const filter: ThingFilter = {};
  for (const word of search.split(/\s+/).filter(Boolean)) {
    const found = /^([\w.,@/:#-]+)=(.+)$/.exec(word);
    const [, attribute, value] = found ?? [];
    if (attribute && value) {
      const prefix = value.endsWith('*');
      Object.assign(filter, { attribute, value: prefix ? value.slice(0, -1) : value, prefix });
    } else {
      filter.part = word;
    }
  }
  return filter;
}
