package io.thingstead.provision;

/** The stored certificate provider of an account, under its name. Times are epoch milliseconds. */
record ProviderRow(String functionArn, long createdMillis, long modifiedMillis) {}
