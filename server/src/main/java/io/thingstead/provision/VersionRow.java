package io.thingstead.provision;

/** A stored version of a provisioning template, under its name and number. */
record VersionRow(String body, long createdMillis) {}
