package io.thingstead.identity;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What opens a master key that is not just a file.
 *
 * @param secret gives the passphrase, or the token's PIN; asked only when it is needed; whoever
 *     takes it overwrites it
 * @param token configuration of the JDK's PKCS#11 provider; null when there is none
 */
public record Unlocking(Supplier<char[]> secret, @Nullable Path token) {}
