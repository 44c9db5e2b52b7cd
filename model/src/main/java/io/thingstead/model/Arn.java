package io.thingstead.model;

/**
 * An Amazon resource name, {@code arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE}.
 *
 * @param region empty where the service has none
 * @param account empty where the resource belongs to none
 * @param resource the rest, such as {@code cert/ID}; it may hold colons
 */
public record Arn(
    String partition, String service, String region, String account, String resource) {
  private static final int PARTS = 6;

  /**
   * Takes an ARN apart.
   *
   * @throws IllegalArgumentException if it has not six parts, or an empty partition, service or
   *     resource
   */
  public static Arn parse(String text) {
    String[] parts = text.split(":", PARTS);
    if (parts.length < PARTS || !parts[0].equals("arn")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE");
    }
    if (parts[1].isEmpty() || parts[2].isEmpty() || parts[5].isEmpty()) {
      throw new IllegalArgumentException(
          "the ARN '" + text + "' lacks its partition, service or resource");
    }
    return new Arn(parts[1], parts[2], parts[3], parts[4], parts[5]);
  }

  /** What kind of resource: the part before the first slash, such as {@code cert}. */
  public String resourceType() {
    int slash = resource.indexOf('/');
    return slash < 0 ? "" : resource.substring(0, slash);
  }

  /** Which one: all behind the first slash, or the whole resource when there is none. */
  public String resourceId() {
    return resource.substring(resource.indexOf('/') + 1);
  }

  @Override
  public String toString() {
    return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
  }
}
