package io.thingstead.model.template;

/** Where something stands in a template; both count from 1. */
record Position(int line, int column) {
  @Override
  public String toString() {
    return "line " + line + ", column " + column;
  }
}
