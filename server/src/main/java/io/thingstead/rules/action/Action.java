package io.thingstead.rules.action;

import io.thingstead.broker.Qos;
import io.thingstead.model.sql.Template;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a rule does with its result. */
public sealed interface Action {
  /** The name in error messages, such as {@code HttpAction}. */
  String kind();

  /**
   * Publishes the result on another topic.
   *
   * @param headers MQTT 5 properties of the new message
   */
  record Republish(Template topic, Qos qos, Headers headers) implements Action {
    @Override
    public String kind() {
      return "RepublishAction";
    }

    /** Whether an event loop may fill its templates. */
    public boolean isQuick() {
      return topic.isQuick() && headers.templates().allMatch(Template::isQuick);
    }
  }

  /** MQTT 5 properties; null ones are not sent. */
  record Headers(
      @Nullable Template payloadFormatIndicator,
      @Nullable Template contentType,
      @Nullable Template responseTopic,
      @Nullable Template correlationData,
      @Nullable Template messageExpiry,
      List<NamedTemplate> userProperties) {
    static final Headers NONE = new Headers(null, null, null, null, null, List.of());

    Stream<Template> templates() {
      return Stream.concat(
          Stream.of(
                  Optional.ofNullable(payloadFormatIndicator),
                  Optional.ofNullable(contentType),
                  Optional.ofNullable(responseTopic),
                  Optional.ofNullable(correlationData),
                  Optional.ofNullable(messageExpiry))
              .flatMap(Optional::stream),
          userProperties.stream().map(NamedTemplate::value));
    }
  }

  /**
   * Calls a function with the result, and does not wait for its answer.
   *
   * @param functionArn name or ARN, with a version or without
   */
  record Lambda(Template functionArn) implements Action {
    @Override
    public String kind() {
      return "LambdaAction";
    }
  }

  /** One name and the template of its value. */
  record NamedTemplate(String name, Template value) {}

  /**
   * Posts the result to a web server that has confirmed that it wants it.
   *
   * @param confirmationUrl the destination's URL, a prefix of {@code url}; may be a template itself
   */
  record Http(Template url, Template confirmationUrl, List<NamedTemplate> headers)
      implements Action {
    @Override
    public String kind() {
      return "HttpAction";
    }
  }
}
