package io.thingstead.authorize;

import tools.jackson.databind.json.JsonMapper;

/** How the rows of policies are kept: JSON of a record. */
final class Stored {
  static final byte[] NOTHING = new byte[0];

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Stored() {}

  static byte[] encode(Record row) {
    return MAPPER.writeValueAsBytes(row);
  }

  static <T extends Record> T decode(byte[] stored, Class<T> type) {
    return MAPPER.readValue(stored, type);
  }
}
