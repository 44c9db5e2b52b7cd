package io.thingstead.function;

/**
 * A kept asynchronous call.
 *
 * @param tries how often the function has failed on it
 * @param acceptedMillis epoch milliseconds at which it was taken
 */
record EventRow(String function, byte[] payload, int tries, long acceptedMillis) {
  EventRow failed() {
    return new EventRow(function, payload, tries + 1, acceptedMillis);
  }
}
