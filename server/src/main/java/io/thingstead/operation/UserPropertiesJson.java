package io.thingstead.operation;

import io.thingstead.broker.MessageProperties.UserProperty;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * MQTT 5 user properties as the data plane's API has them: a JSON array of objects with one member
 * each (developer guide, "HTTPS").
 */
final class UserPropertiesJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private UserPropertiesJson() {}

  static List<UserProperty> read(@Nullable String json) {
    if (json == null) {
      return List.of();
    }
    JsonNode array;
    try {
      array = JSON.readTree(json);
    } catch (JacksonException e) {
      throw invalid();
    }
    if (!array.isArray()) {
      throw invalid();
    }
    List<UserProperty> properties = new ArrayList<>();
    for (JsonNode each : array) {
      if (!each.isObject() || each.size() != 1) {
        throw invalid();
      }
      Map.Entry<String, JsonNode> only = each.properties().iterator().next();
      if (!only.getValue().isValueNode()) {
        throw invalid();
      }
      properties.add(new UserProperty(only.getKey(), only.getValue().asString()));
    }
    return properties;
  }

  static byte @Nullable [] write(List<UserProperty> properties) {
    if (properties.isEmpty()) {
      return null;
    }
    ArrayNode array = JSON.createArrayNode();
    properties.forEach(each -> array.addObject().put(each.name(), each.value()));
    return JSON.writeValueAsBytes(array);
  }

  private static ApiException invalid() {
    return new ApiException(
        AwsError.INVALID_REQUEST,
        "userProperties is a JSON array of objects with one member each, such as"
            + " [{\"deviceName\":\"alpha\"}]");
  }
}
