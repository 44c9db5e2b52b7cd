package io.thingstead.registry;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a thing type.
 *
 * @param searchableAttributes names of the attributes by which its things are looked for
 * @param propagations what is added to the messages of its things
 */
public record TypeProperties(
    @Nullable String description,
    List<String> searchableAttributes,
    List<Propagation> propagations) {
  public static final TypeProperties NONE = new TypeProperties(null, List.of(), List.of());

  private static final int DESCRIPTION_MAX = 2028;
  private static final int SEARCHABLE_MAX = 3;
  private static final int PROPAGATIONS_MAX = 20;

  /** Refuses with 400 what breaks a quota or rule. */
  public TypeProperties {
    if (description != null && description.length() > DESCRIPTION_MAX) {
      throw invalid("thingTypeDescription has more than " + DESCRIPTION_MAX + " characters");
    }
    if (searchableAttributes.size() > SEARCHABLE_MAX) {
      throw invalid("searchableAttributes has more than " + SEARCHABLE_MAX + " names");
    }
    if (propagations.size() > PROPAGATIONS_MAX) {
      throw invalid("propagatingAttributes has more than " + PROPAGATIONS_MAX + " entries");
    }
    Set<String> keys = new HashSet<>();
    for (Propagation propagation : propagations) {
      if (!keys.add(propagation.userPropertyKey())) {
        throw invalid(
            "propagatingAttributes names the userPropertyKey "
                + propagation.userPropertyKey()
                + " twice");
      }
    }
    searchableAttributes = List.copyOf(searchableAttributes);
    propagations = List.copyOf(propagations);
  }

  /**
   * A user property of MQTT 5 that every message of such a thing gets.
   *
   * @param thingAttribute the thing's attribute that it tells, or null
   * @param connectionAttribute {@code iot:ClientId} or {@code iot:Thing.ThingName}, or null; one of
   *     the two is given
   */
  public record Propagation(
      String userPropertyKey,
      @Nullable String thingAttribute,
      @Nullable String connectionAttribute) {
    private static final Set<String> OF_CONNECTIONS = Set.of("iot:ClientId", "iot:Thing.ThingName");

    public Propagation {
      if ((thingAttribute == null) == (connectionAttribute == null)) {
        throw invalid(
            "propagatingAttributes: "
                + userPropertyKey
                + " needs either a thingAttribute or a connectionAttribute");
      }
      if (connectionAttribute != null && !OF_CONNECTIONS.contains(connectionAttribute)) {
        throw invalid(
            "the connectionAttribute " + connectionAttribute + " is none of " + OF_CONNECTIONS);
      }
    }
  }

  private static ApiException invalid(String message) {
    return new ApiException(AwsError.INVALID_REQUEST, message);
  }
}
