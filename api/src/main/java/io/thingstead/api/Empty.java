package io.thingstead.api;

/** The input or output of an operation that has none. */
public record Empty() {
  public static final Empty EMPTY = new Empty();

  public static Empty from(@SuppressWarnings("unused") Struct struct) { // for Operation.decode
    return EMPTY;
  }

  public Struct toStruct() {
    return Struct.EMPTY;
  }
}
