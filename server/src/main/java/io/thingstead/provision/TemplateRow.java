package io.thingstead.provision;

import org.jspecify.annotations.Nullable;

/**
 * A stored provisioning template without its text, under its name. Times are epoch milliseconds.
 *
 * @param type the API's name
 * @param hookArn the function that is asked before a device is provisioned, or null
 * @param hookVersion of the function's input, or null without one
 */
record TemplateRow(
    String type,
    @Nullable String description,
    boolean enabled,
    String roleArn,
    @Nullable String hookArn,
    @Nullable String hookVersion,
    int defaultVersion,
    int lastVersion,
    long createdMillis,
    long modifiedMillis) {
  TemplateRow versioned(int nextDefault, int nextLast, long nowMillis) {
    return new TemplateRow(
        type,
        description,
        enabled,
        roleArn,
        hookArn,
        hookVersion,
        nextDefault,
        nextLast,
        createdMillis,
        nowMillis);
  }
}
