package io.thingstead.rules.action;

import io.thingstead.api.iot.HttpAction;
import io.thingstead.api.iot.MqttHeaders;
import io.thingstead.api.iot.RepublishAction;
import io.thingstead.broker.Qos;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.sql.RuleStatement;
import io.thingstead.model.sql.Template;
import io.thingstead.rules.action.Action.Headers;
import io.thingstead.rules.action.Action.Http;
import io.thingstead.rules.action.Action.Lambda;
import io.thingstead.rules.action.Action.NamedTemplate;
import io.thingstead.rules.action.Action.Republish;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the actions of a rule as the API gives them; refuses what could never work. */
public final class ActionParser {
  private static final Pattern ARN =
      Pattern.compile("arn:[^:\\s]+:[^:\\s]+:[^:\\s]*:[^:\\s]*:\\S+");
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");

  /** Headers that frame the request and so are the server's own. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "host", "content-length", "connection", "transfer-encoding", "expect", "upgrade", "te");

  private static final int HEADERS_MAX = 100;
  private static final int MQTT_HEADER_CHARS_MAX = 1024;
  private static final int URL_CHARS_MAX = 2000;

  private final RuleStatement statement;
  private final TargetGuard guard;
  private final boolean forErrors;

  /**
   * @param statement gives its variables to the templates
   * @param guard says which URLs may be called at all
   * @param forErrors whether it is the error action, whose templates must not ask outside
   */
  public ActionParser(RuleStatement statement, TargetGuard guard, boolean forErrors) {
    this.statement = statement;
    this.guard = guard;
    this.forErrors = forErrors;
  }

  private Template template(String text) {
    Template template = statement.template(text);
    if (forErrors && template.asksOutside()) {
      throw invalid("no template of an error action may call aws_lambda");
    }
    return template;
  }

  /**
   * Parses one action.
   *
   * @throws ApiException INVALID_REQUEST for an action that is no action, is not built yet or is
   *     not well formed; SQL_PARSE for a template that does not parse
   */
  public Action parse(io.thingstead.api.iot.Action action) {
    Set<String> kinds = action.toStruct().members().keySet();
    if (kinds.size() != 1) {
      throw invalid("an action has exactly one known kind, this one has " + kinds);
    }
    if (action.republish() != null) {
      return republish(action.republish());
    }
    if (action.http() != null) {
      return http(action.http());
    }
    if (action.lambda() != null) {
      return new Lambda(template(action.lambda().functionArn()));
    }
    throw invalid(
        "the action "
            + kinds.iterator().next()
            + " is not supported by this server yet:"
            + " use republish, http or lambda");
  }

  private Republish republish(RepublishAction action) {
    if (!ARN.matcher(action.roleArn()).matches()) {
      throw invalid("republish.roleArn '" + action.roleArn() + "' is not an ARN");
    }
    int qos = action.qos() == null ? 0 : action.qos();
    if (qos < 0 || qos > 1) {
      throw invalid("republish.qos is 0 or 1, not " + qos);
    }
    if (action.topic().startsWith("$")
        && !action.topic().startsWith("$$")
        && !action.topic().startsWith("${")) {
      throw invalid("republish.topic: a reserved topic begins with $$, as in $$aws/things/…");
    }
    if (Republisher.isJobsTopic(action.topic())) {
      throw invalid("republish.topic: no rule may publish to the topics of jobs");
    }
    return new Republish(template(action.topic()), Qos.of(qos), headers(action.headers()));
  }

  private Headers headers(@Nullable MqttHeaders headers) {
    if (headers == null) {
      return Headers.NONE;
    }
    List<NamedTemplate> user =
        headers.userProperties() == null
            ? List.of()
            : headers.userProperties().stream()
                .map(pair -> new NamedTemplate(pair.key(), mqttHeader(pair.value())))
                .toList();
    if (user.size() > HEADERS_MAX) {
      throw invalid("republish.headers.userProperties has more than " + HEADERS_MAX + " entries");
    }
    return new Headers(
        optional(headers.payloadFormatIndicator()),
        optional(headers.contentType()),
        optional(headers.responseTopic()),
        optional(headers.correlationData()),
        optional(headers.messageExpiry()),
        user);
  }

  private @Nullable Template optional(@Nullable String text) {
    return text == null ? null : mqttHeader(text);
  }

  private Template mqttHeader(String text) {
    if (text.length() > MQTT_HEADER_CHARS_MAX) {
      throw invalid(
          "a value of republish.headers has more than " + MQTT_HEADER_CHARS_MAX + " characters");
    }
    return template(text);
  }

  private Http http(HttpAction action) {
    if (action.auth() != null) {
      throw invalid("http.auth is not supported by this server yet");
    }
    Template url = url("http.url", action.url());
    String confirmation = action.confirmationUrl();
    if (confirmation == null) {
      if (!url.isLiteral()) {
        throw invalid("http.url has a template in it, so http.confirmationUrl must be given");
      }
      confirmation = action.url();
    }
    Template confirmationUrl = url("http.confirmationUrl", confirmation);
    if (!action.url().startsWith(confirmation)) {
      throw invalid("http.url must begin with http.confirmationUrl '" + confirmation + "'");
    }
    List<NamedTemplate> headers =
        action.headers() == null
            ? List.of()
            : action.headers().stream()
                .map(header -> httpHeader(header.key(), header.value()))
                .toList();
    if (headers.size() > HEADERS_MAX) {
      throw invalid("http.headers has more than " + HEADERS_MAX + " entries");
    }
    return new Http(url, confirmationUrl, headers);
  }

  private Template url(String what, String text) {
    if (text.length() > URL_CHARS_MAX) {
      throw invalid(what + " has more than " + URL_CHARS_MAX + " characters");
    }
    Template url = template(text);
    if (url.isLiteral()) {
      guard.require(what, text);
    } else if (text.indexOf("${") < text.indexOf('/', "https://".length())) {
      throw invalid(what + ": no template may stand in the scheme or host");
    }
    return url;
  }

  private NamedTemplate httpHeader(String name, String value) {
    if (!HEADER_NAME.matcher(name).matches()) {
      throw invalid("http.headers: '" + name + "' is not the name of a header");
    }
    if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
      throw invalid("http.headers: the header " + name + " is set by the server");
    }
    return new NamedTemplate(name, template(value));
  }

  private static ApiException invalid(String why) {
    return new ApiException(AwsError.INVALID_REQUEST, why);
  }
}
