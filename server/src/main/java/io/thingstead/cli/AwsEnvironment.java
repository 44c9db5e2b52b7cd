package io.thingstead.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What leads AWS tools to a server of ours, and away from the real cloud. */
final class AwsEnvironment {
  /** Would win over the credentials file. */
  static final List<String> REMOVED =
      List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");

  private AwsEnvironment() {}

  static Map<String, String> of(Target.Server server) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("AWS_ENDPOINT_URL", server.endpoint().toString());
    if (server.ca() != null) {
      variables.put("AWS_CA_BUNDLE", server.ca().toString());
    }
    variables.put("AWS_SHARED_CREDENTIALS_FILE", server.credentials().toString());
    // A default profile there could bring a role, a region or an endpoint of its own.
    variables.put("AWS_CONFIG_FILE", "/dev/null");
    variables.put("AWS_PROFILE", server.profile());
    variables.put("AWS_REGION", server.region());
    variables.put("AWS_DEFAULT_REGION", server.region());
    variables.put("AWS_EC2_METADATA_DISABLED", "true");
    return variables;
  }
}
