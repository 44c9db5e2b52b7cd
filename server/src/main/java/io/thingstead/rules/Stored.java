package io.thingstead.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.json.JsonMapper;

/** How rows are kept: JSON of a record, without what is null. */
final class Stored {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private Stored() {}

  static byte[] encode(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  static <T extends Record> T decode(byte[] stored, Class<T> type) {
    return MAPPER.readValue(stored, type);
  }
}
