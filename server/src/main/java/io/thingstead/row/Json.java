package io.thingstead.row;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.json.JsonMapper;

/** JSON of records, without what is null: how rows are kept. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private Json() {}

  public static byte[] encode(Object record) {
    return MAPPER.writeValueAsBytes(record);
  }

  /** Reads what {@link #encode} wrote; what is absent is null. */
  public static <T extends Record> T decode(byte[] stored, Class<T> type) {
    return MAPPER.readValue(stored, type);
  }
}
