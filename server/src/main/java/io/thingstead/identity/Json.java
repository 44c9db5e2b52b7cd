package io.thingstead.identity;

import tools.jackson.databind.json.JsonMapper;

/** How this package's rows are written: JSON of package-private records. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static byte[] encode(Record row) {
    return MAPPER.writeValueAsBytes(row);
  }

  static <R extends Record> R decode(byte[] row, Class<R> type) {
    return MAPPER.readValue(row, type);
  }
}
