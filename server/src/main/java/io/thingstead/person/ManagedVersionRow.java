package io.thingstead.person;

/** A stored version of a managed policy. */
record ManagedVersionRow(String document, long createdMillis) {}
