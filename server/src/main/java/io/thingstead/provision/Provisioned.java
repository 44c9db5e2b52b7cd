package io.thingstead.provision;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a template.
 *
 * @param certificatePem null when the template has no certificate
 * @param resourceArns by the template's logical names
 * @param thingName null when it has no thing
 * @param deviceConfiguration told to the device
 */
public record Provisioned(
    @Nullable String certificatePem,
    Map<String, String> resourceArns,
    @Nullable String thingName,
    Map<String, String> deviceConfiguration) {}
