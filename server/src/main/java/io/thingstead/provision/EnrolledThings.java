package io.thingstead.provision;

import io.thingstead.engine.Command;
import io.thingstead.engine.Tx;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.template.Existing;
import io.thingstead.model.template.Filled;
import io.thingstead.registry.GroupMembers;
import io.thingstead.registry.Thing;
import io.thingstead.registry.ThingUpdate;
import io.thingstead.registry.Things;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes things as templates want them, inside the commands of {@link Enrolment}. */
final class EnrolledThings {
  private final Things things;
  private final GroupMembers members;

  EnrolledThings(Things things, GroupMembers members) {
    this.things = things;
    this.members = members;
  }

  /** The step that makes the thing or changes the one that is there, and gives its ARN. */
  Command<String> step(Filled.Thing wanted) {
    if (wanted.billingGroup() != null) {
      throw new ApiException(
          AwsError.RESOURCE_NOT_FOUND,
          "billing group " + wanted.billingGroup() + " not found: there are no billing groups yet");
    }
    Map<String, String> attributes = new HashMap<>(wanted.attributes());
    attributes.values().removeIf(String::isEmpty);
    Command<Thing> creation = things.creation(wanted.name(), wanted.typeName(), attributes);
    return tx -> {
      Thing there = things.find(tx, wanted.name());
      if (there == null) {
        Thing made = creation.decide(tx);
        if (!wanted.groups().isEmpty()) {
          members.update(tx, wanted.name(), wanted.groups(), List.of());
        }
        return made.arn();
      }
      change(tx, there, wanted, attributes);
      groups(tx, wanted);
      return there.arn();
    };
  }

  private void change(Tx tx, Thing there, Filled.Thing wanted, Map<String, String> attributes) {
    String type = type(there, wanted);
    Existing existing = wanted.existing().attributes();
    boolean differ = !attributes.isEmpty() && !there.attributes().equals(attributes);
    if (differ && existing == Existing.FAIL) {
      throw Enrolment.conflict("thing " + there.name() + " has other attributes");
    }
    boolean set = differ && existing != Existing.DO_NOTHING;
    if (set || type != null) {
      things.update(
          tx,
          there.name(),
          new ThingUpdate(type, false, set ? attributes : null, existing == Existing.MERGE, null));
    }
  }

  /** The type that the thing is to get, or null to leave what it has. */
  private static @Nullable String type(Thing there, Filled.Thing wanted) {
    String type = wanted.typeName();
    if (type == null || type.equals(there.typeName())) {
      return null;
    }
    return switch (wanted.existing().typeName()) {
      case DO_NOTHING -> null;
      case REPLACE, MERGE -> type;
      case FAIL ->
          throw Enrolment.conflict(
              "thing %s is of type %s, not %s".formatted(there.name(), there.typeName(), type));
    };
  }

  private void groups(Tx tx, Filled.Thing wanted) {
    if (wanted.groups().isEmpty()) {
      return;
    }
    List<String> in = GroupMembers.groups(tx, wanted.name());
    List<String> missing = wanted.groups().stream().filter(each -> !in.contains(each)).toList();
    List<String> more = in.stream().filter(each -> !wanted.groups().contains(each)).toList();
    if (missing.isEmpty() && more.isEmpty()) {
      return;
    }
    switch (wanted.existing().groups()) {
      case DO_NOTHING -> {}
      case MERGE -> members.update(tx, wanted.name(), missing, List.of());
      case REPLACE -> members.update(tx, wanted.name(), missing, more);
      case FAIL -> throw Enrolment.conflict("thing " + wanted.name() + " is in the groups " + in);
    }
  }
}
