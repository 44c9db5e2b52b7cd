package io.thingstead.api;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A shape that is looked up when it is first used: tables are recursive and load lazily. */
public final class Target {
  private final Supplier<Shape> lookup;
  private volatile @Nullable Shape shape;

  public Target(Supplier<Shape> lookup) {
    this.lookup = lookup;
  }

  /** The shape; any thread may ask. */
  public Shape shape() {
    Shape known = shape;
    if (known == null) {
      known = lookup.get();
      shape = known;
    }
    return known;
  }
}
