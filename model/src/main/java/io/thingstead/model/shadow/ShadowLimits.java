package io.thingstead.model.shadow;

/**
 * The adjustable quotas of a shadow.
 *
 * @param maxDepth object levels under {@code desired} or {@code reported}
 * @param maxStateBytes of the minified state after a merge, without metadata
 */
public record ShadowLimits(int maxDepth, int maxStateBytes) {
  /** The cloud's defaults: 8 levels, 8 KiB. */
  public static final ShadowLimits DEFAULT = new ShadowLimits(8, 8 * 1024);
}
