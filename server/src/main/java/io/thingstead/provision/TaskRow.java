package io.thingstead.provision;

import org.jspecify.annotations.Nullable;

/**
 * A stored bulk registration, under its id. Times are epoch milliseconds.
 *
 * @param status the API's name
 * @param message why it failed, or null
 * @param lines of the file that are done
 * @param offset bytes of the file that are done
 * @param size bytes of the file
 */
record TaskRow(
    String templateBody,
    String bucket,
    String key,
    String roleArn,
    String status,
    @Nullable String message,
    int succeeded,
    int failed,
    long lines,
    long offset,
    long size,
    long createdMillis,
    long modifiedMillis) {
  TaskRow ended(String nextStatus, @Nullable String nextMessage, long nowMillis) {
    return new TaskRow(
        templateBody,
        bucket,
        key,
        roleArn,
        nextStatus,
        nextMessage,
        succeeded,
        failed,
        lines,
        offset,
        size,
        createdMillis,
        nowMillis);
  }

  /** One more line is done. */
  TaskRow line(boolean well, long nextOffset, long nowMillis) {
    return new TaskRow(
        templateBody,
        bucket,
        key,
        roleArn,
        status,
        message,
        well ? succeeded + 1 : succeeded,
        well ? failed : failed + 1,
        lines + 1,
        nextOffset,
        size,
        createdMillis,
        nowMillis);
  }
}
