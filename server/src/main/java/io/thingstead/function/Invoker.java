package io.thingstead.function;

/** On whose behalf a function is called. */
public sealed interface Invoker {
  /** A caller of the Lambda API, who was authorized before. */
  record Api() implements Invoker {}

  /**
   * A service of this server: the function's policy must let it ({@code lambda add-permission}).
   *
   * @param principal such as {@code iot.amazonaws.com}
   * @param sourceArn the rule, authorizer or template that calls
   */
  record Service(String principal, String sourceArn) implements Invoker {}

  /** IoT on behalf of one of its resources. */
  static Invoker iot(String sourceArn) {
    return new Service("iot.amazonaws.com", sourceArn);
  }
}
