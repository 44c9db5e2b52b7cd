package io.thingstead.audit;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A call that changed something, or was to; or what a device or the server itself changed.
 *
 * @param operation such as {@code iot:CreatePolicy}, or method and path of an own route
 * @param about names and ids that the call gave, by the API's names of them; never content
 * @param principal the caller's access key id or certificate id; {@code server} for the server
 * @param identity the ARN of who that is; empty if it has none
 * @param from the caller's address; empty where there is none
 * @param decision {@code done}, or the name of the error that refused it
 * @param why what the caller was told of a refusal; empty when it was done
 */
public record Deed(
    String requestId,
    String operation,
    Map<String, String> about,
    String principal,
    String identity,
    String from,
    String decision,
    String why) {
  /** The decision about what was not refused. */
  public static final String DONE = "done";

  public Deed {
    // By name, so that an entry always reads the same.
    about = Collections.unmodifiableMap(new TreeMap<>(about));
  }
}
