package io.thingstead.model.sql;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The targets of CAST. */
enum CastType {
  STRING,
  INT,
  DECIMAL,
  DOUBLE,
  BOOLEAN;

  /** The type of a keyword, or null when this version has none of that name. */
  static @Nullable CastType of(String keyword, SqlVersion version) {
    return switch (keyword.toLowerCase(Locale.ROOT)) {
      case "string", "nvarchar", "text", "ntext", "varchar" -> STRING;
      case "int", "integer" -> INT;
      case "double" -> DOUBLE;
      case "decimal" -> version == SqlVersion.V2016_03_23 ? DECIMAL : null;
      case "bool", "boolean" -> version == SqlVersion.V2016_03_23 ? BOOLEAN : null;
      default -> null;
    };
  }
}
