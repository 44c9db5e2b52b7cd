package io.thingstead.authorize;

/** A stored version of a policy. The time is epoch milliseconds. */
record VersionRow(String document, long createdMillis) {}
