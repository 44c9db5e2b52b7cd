package io.thingstead.person;

/** A stored role alias. */
record AliasRow(String roleArn, int seconds, long createdMillis, long modifiedMillis) {}
