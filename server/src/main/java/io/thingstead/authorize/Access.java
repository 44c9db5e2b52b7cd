package io.thingstead.authorize;

/** The MQTT actions whose decisions are kept, with the kind of resource they are asked of. */
enum Access {
  PUBLISH("iot:Publish", "topic/"),
  RETAIN("iot:RetainPublish", "topic/"),
  SUBSCRIBE("iot:Subscribe", "topicfilter/"),
  RECEIVE("iot:Receive", "topic/");

  private final String action;
  private final String resourcePrefix;

  Access(String action, String resourcePrefix) {
    this.action = action;
    this.resourcePrefix = resourcePrefix;
  }

  String action() {
    return action;
  }

  String resource(String name) {
    return resourcePrefix + name;
  }
}
