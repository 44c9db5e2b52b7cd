package io.thingstead.api;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An operation with the types that Java code uses for its input and output; the generated service
 * classes hold one constant for each.
 *
 * @param service its service's table, loaded at the first use
 * @param name as the model has it
 * @param decode from the tree that a protocol read, already checked
 * @param encode to the tree that a protocol writes
 */
public record Operation<I, O>(
    Supplier<Service> service,
    String name,
    Function<Struct, I> decode,
    Function<O, Struct> encode) {
  public OperationShape shape() {
    return service.get().operation(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
