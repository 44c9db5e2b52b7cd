package io.thingstead.authorizer;

import java.util.List;

/**
 * Who a caller is, by the word of a function that was tested.
 *
 * @param documents as the function wrote them
 */
public record TestedCaller(
    String principalId,
    List<String> documents,
    int refreshAfterSeconds,
    int disconnectAfterSeconds) {
  public TestedCaller {
    documents = List.copyOf(documents);
  }
}
