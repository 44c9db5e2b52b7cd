/** How a policy comes to apply to a thing. */
export type Source =
  | { kind: 'certificate'; id: string }
  /** Attached to a group that the thing is in, or to one above that. */
  | { kind: 'group'; name: string; through?: string };

/** A policy that applies, and why. */
export interface Applying {
  policy: string;
  sources: Source[];
  /** Whether the server counts it among those that are in force for the thing. */
  effective: boolean;
}

/** What is attached somewhere, by policy, with what the server says applies. */
export function applying(effective: string[], attached: { policy: string; source: Source }[]): Applying[] {
  const found = new Map<string, Applying>();
  const of = (policy: string): Applying => {
    const known = found.get(policy) ?? { policy, sources: [], effective: effective.includes(policy) };
    found.set(policy, known);
    return known;
  };
  attached.forEach(each => of(each.policy).sources.push(each.source));
  effective.forEach(of);
  return [...found.values()].sort((one, other) => one.policy.localeCompare(other.policy, 'en'));
}

/** A group with those above it, the root first. */
export interface Lineage {
  group: string;
  above: string[];
}

/** Every group by which a thing may get policies: each once, the direct ones as such. */
export function groupSources(lineages: Lineage[]): { name: string; through?: string }[] {
  const direct = new Set(lineages.map(each => each.group));
  const found = new Map<string, { name: string; through?: string }>();
  lineages.forEach(each => found.set(each.group, { name: each.group }));
  for (const { group, above } of lineages) {
    for (const name of above) {
      if (!direct.has(name) && !found.has(name)) found.set(name, { name, through: group });
    }
  }
  return [...found.values()];
}
