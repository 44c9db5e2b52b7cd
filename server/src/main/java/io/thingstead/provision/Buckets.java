package io.thingstead.provision;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where the files of bulk registrations lie: what is an object in a bucket to the caller is a file
 * in a directory of that name, which somebody with access to the machine has put there.
 *
 * @param root the account's directory of buckets; it need not exist
 */
record Buckets(Path root) {
  /** A file of a bucket; InvalidRequest when there is none, or when it lies elsewhere. */
  Path file(String bucket, String key) {
    try {
      Path file = root.resolve(bucket).resolve(key);
      if (Files.isRegularFile(file)
          && file.toRealPath().startsWith(root.toRealPath().resolve(bucket))) {
        return file;
      }
    } catch (IOException | InvalidPathException _) {
      // The same as no file.
    }
    throw new ApiException(
        AwsError.INVALID_REQUEST,
        "there is no file %s in bucket %s: put it at %s on the server's machine"
            .formatted(key, bucket, root.resolve("BUCKET").resolve("KEY")));
  }
}
