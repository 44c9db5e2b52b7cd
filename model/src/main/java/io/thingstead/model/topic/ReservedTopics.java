package io.thingstead.model.topic;

import io.thingstead.model.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which topics that begin with {@code $} clients may use (developer guide, "Reserved topics"). It
 * says nothing of policies, which are asked as well.
 */
public final class ReservedTopics {
  // {x} is one level that is not empty, {x...} one or more levels at the end, a|b either level.
  private static final Table PUBLISH =
      new Table(
          """
          $aws/rules/{ruleName}
          $aws/rules/{ruleName}/{topic...}
          $aws/things/{thing}/shadow/get|update|delete
          $aws/things/{thing}/shadow/name/{shadow}/get|update|delete
          $aws/things/{thing}/jobs/get|start-next
          $aws/things/{thing}/jobs/{jobId}/get|update
          $aws/things/{thing}/defender/metrics/json|cbor
          $aws/things/{thing}/streams/{stream}/get|describe/json|cbor
          $aws/certificates/create|create-from-csr/json|cbor
          $aws/provisioning-templates/{template}/provision/json|cbor
          $aws/commands/things|clients/{id}/executions/{execution}/response/{format}
          $aws/device_location/{device}/get_position_estimate
          """);

  private static final Table SUBSCRIBE =
      new Table(
          """
          $aws/events/presence/connected|disconnected|connect_failed/{client...}
          $aws/events/subscriptions/subscribed|unsubscribed/{client...}
          $aws/events/certificates/registered/{caCertificate}
          $aws/events/thing/{thing}/created|updated|deleted
          $aws/events/thingType/{type}/created|updated|deleted
          $aws/events/thingTypeAssociation/thing/{thing}/{type}
          $aws/events/thingTypeAssociation/thing/{thing}/{type}/added|removed
          $aws/events/thingTypeAssociation/thing/{thing}/thingType/{type}/added|removed
          $aws/events/thingGroup/{group}/created|updated|deleted
          $aws/events/thingGroupMembership/thingGroup/{group}/thing/{thing}/added|removed
          $aws/events/thingGroupHierarchy/thingGroup/{parent}/childThingGroup/{child}/added|removed
          $aws/events/job/{job}/completed|canceled|deleted|cancellation_in_progress|deletion_in_progress
          $aws/events/jobExecution/{job}/succeeded|failed|rejected|canceled|timed_out|removed|deleted
          $aws/events/commandExecution/{command}/{status}
          $aws/things/{thing}/shadow/get|update|delete
          $aws/things/{thing}/shadow/get|update|delete/accepted|rejected
          $aws/things/{thing}/shadow/update/delta|documents
          $aws/things/{thing}/shadow/name/{shadow}/get|update|delete
          $aws/things/{thing}/shadow/name/{shadow}/get|update|delete/accepted|rejected
          $aws/things/{thing}/shadow/name/{shadow}/update/delta|documents
          $aws/things/{thing}/jobs/get|start-next/accepted|rejected
          $aws/things/{thing}/jobs/{jobId}/get|update/accepted|rejected
          $aws/things/{thing}/jobs/notify|notify-next
          $aws/things/{thing}/defender/metrics/json|cbor/accepted|rejected
          $aws/things/{thing}/streams/{stream}/data|description|rejected/json|cbor
          $aws/things/{thing}/tunnels/notify
          $aws/certificates/create|create-from-csr/json|cbor/accepted|rejected
          $aws/provisioning-templates/{template}/provision/json|cbor/accepted|rejected
          $aws/commands/things|clients/{id}/executions/{execution}/request/{format}
          $aws/commands/things|clients/{id}/executions/{execution}/response/accepted|rejected/{format}
          $aws/device_location/{device}/get_position_estimate/accepted|rejected
          $aws/sitewise/asset-models/{model}/assets/{asset}/properties/{property}
          """);

  /** What this server tells its administrators; no client publishes here, in any profile. */
  private static final String OWN = "$thingstead/";

  /** Behind it an action: what was refused. */
  public static final String REFUSED = OWN + "refused/";

  /** Behind it a kind: what administrators should look at. */
  public static final String WARNING = OWN + "warning/";

  private ReservedTopics() {}

  /** Whether a client may publish on it at all. */
  public static boolean mayPublish(Topic topic, Profile profile) {
    return isFree(topic.text(), profile) || PUBLISH.overlaps(topic.text());
  }

  /** Whether a client may publish on it with RETAIN set; never on a reserved topic. */
  public static boolean mayRetain(Topic topic, Profile profile) {
    return isFree(topic.text(), profile);
  }

  /** Whether some topic that clients may subscribe to matches the filter. */
  public static boolean maySubscribe(TopicFilter filter, Profile profile) {
    return isFree(filter.text(), profile) || SUBSCRIBE.overlaps(filter.text());
  }

  /** Whether it is, or may match, what only administrators may subscribe to. */
  public static boolean isAdministrators(TopicFilter filter) {
    return filter.text().equals("$thingstead") || filter.text().startsWith(OWN);
  }

  private static boolean isFree(String text, Profile profile) {
    return text.charAt(0) != '$' || (!profile.reservesTopics() && !text.startsWith(OWN));
  }

  private static final class Table {
    private final List<List<Level>> patterns = new ArrayList<>();

    Table(String lines) {
      for (String line : lines.strip().split("\n", -1)) {
        patterns.add(Arrays.stream(line.split("/", -1)).map(Level::of).toList());
      }
    }

    boolean overlaps(String filter) {
      List<String> levels = Arrays.asList(filter.split("/", -1));
      return patterns.stream().anyMatch(pattern -> overlaps(pattern, levels));
    }

    private static boolean overlaps(List<Level> pattern, List<String> levels) {
      for (int i = 0; i < levels.size(); i++) {
        if (levels.get(i).equals("#")) {
          return true;
        }
        if (i == pattern.size() || !pattern.get(i).overlaps(levels.get(i))) {
          return false;
        }
        if (pattern.get(i).rest()) {
          return true;
        }
      }
      return levels.size() == pattern.size();
    }
  }

  /** One level of a pattern: these words, or any when there are none. */
  private record Level(List<String> words, boolean rest) {
    static Level of(String text) {
      return text.startsWith("{")
          ? new Level(List.of(), text.endsWith("...}"))
          : new Level(List.of(text.split("\\|", -1)), false);
    }

    boolean overlaps(String level) {
      return level.equals("+")
          || (words.isEmpty() ? rest || !level.isEmpty() : words.contains(level));
    }
  }
}
