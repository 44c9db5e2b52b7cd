package io.thingstead.broker;

/** A part of the server that subscribes. */
record Attachment(Sink sink) implements Interest {
  @Override
  public Object owner() {
    return this;
  }

  // Two attachments of one sink are two interests.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
