package io.thingstead.api;

import io.thingstead.api.Shape.Structure;
import java.util.List;

/**
 * One operation of a service.
 *
 * @param method HTTP method
 * @param uri its path, with labels and perhaps a literal query
 * @param status of a success
 * @param inputTarget a structure
 * @param outputTarget a structure
 * @param hasInput whether the model gives it an input at all
 * @param unsigned whether anyone may call it, without a signature
 * @param errors the names of its error shapes
 */
public record OperationShape(
    String name,
    String method,
    UriPattern uri,
    int status,
    Target inputTarget,
    Target outputTarget,
    boolean hasInput,
    boolean unsigned,
    List<String> errors) {
  public Structure input() {
    return (Structure) inputTarget.shape();
  }

  public Structure output() {
    return (Structure) outputTarget.shape();
  }
}
