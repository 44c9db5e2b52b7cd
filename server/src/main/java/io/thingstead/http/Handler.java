package io.thingstead.http;

/**
 * What an operation does. It runs on a virtual thread of its own and may wait.
 *
 * @param <I> the generated request
 * @param <O> the generated response
 */
@FunctionalInterface
public interface Handler<I, O> {
  /** Answers, or throws {@link io.thingstead.model.ApiException} to refuse. */
  O handle(Call call, I input);
}
