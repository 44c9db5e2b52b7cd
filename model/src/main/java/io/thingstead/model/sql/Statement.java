package io.thingstead.model.sql;

import io.thingstead.model.topic.TopicFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed statement. */
record Statement(
    List<Assignment> assignments, Select select, @Nullable TopicFilter from, @Nullable Expr where) {
  /** {@code SET @name = expr}. */
  record Assignment(String name, Expr expr) {}
}
