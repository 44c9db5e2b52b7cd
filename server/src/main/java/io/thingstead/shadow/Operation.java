package io.thingstead.shadow;

/** What a request topic asks for; its last level. */
enum Operation {
  GET("get"),
  UPDATE("update"),
  DELETE("delete");

  private final String level;

  Operation(String level) {
    this.level = level;
  }

  String level() {
    return level;
  }
}
