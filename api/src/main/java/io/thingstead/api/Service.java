package io.thingstead.api;

import io.thingstead.api.Shape.Fault;
import io.thingstead.api.Shape.Structure;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One service's table: its operations, its shapes and how it is called. Any thread may read it. */
public final class Service {
  private final Facts facts;
  private final Map<String, OperationShape> operations;
  private final Function<String, @Nullable Shape> shapes;

  /**
   * @param operations by name, in the order that listings show
   * @param shapes finds a shape by name, or null
   */
  public Service(
      Facts facts,
      Map<String, OperationShape> operations,
      Function<String, @Nullable Shape> shapes) {
    this.facts = facts;
    this.operations = operations;
    this.shapes = shapes;
  }

  /**
   * What a service is beside its shapes.
   *
   * @param name such as {@code iot-data}
   * @param signingNames the credential scopes that mean this service
   * @param wire the protocol it speaks
   * @param validationError the wire name of the error for input that breaks a constraint
   * @param smithyMessages constraint messages in the form of Smithy rather than the older form
   * @param traceIds error bodies carry a trace id
   */
  public record Facts(
      String name,
      List<String> signingNames,
      Wire wire,
      String validationError,
      boolean smithyMessages,
      boolean traceIds) {}

  public Facts facts() {
    return facts;
  }

  public String name() {
    return facts.name();
  }

  public Collection<OperationShape> operations() {
    return operations.values();
  }

  /** The operation of this name. */
  public OperationShape operation(String name) {
    OperationShape operation = operations.get(name);
    if (operation == null) {
      throw new IllegalArgumentException("service " + name() + " has no operation " + name);
    }
    return operation;
  }

  /** The operation of this name, or null. */
  @Nullable OperationShape find(String name) {
    return operations.get(name);
  }

  /** The error shape that clients know by this name, or null when the service has no such error. */
  public @Nullable Structure error(String wireName) {
    return shapes.apply(wireName) instanceof Structure structure && structure.fault() != null
        ? structure
        : null;
  }

  /** The error of this name on the wire, or null. */
  public @Nullable Fault fault(String wireName) {
    Structure shape = error(wireName);
    return shape == null ? null : shape.fault();
  }
}
