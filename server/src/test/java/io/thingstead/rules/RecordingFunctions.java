package io.thingstead.rules;

import io.thingstead.function.FunctionCalls;
import io.thingstead.function.FunctionResult;
import io.thingstead.function.Invoker;
import io.thingstead.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions that only write down what they are called with. */
final class RecordingFunctions implements FunctionCalls {
  final List<String> sent = new ArrayList<>();

  /** Refuses the next calls while it is set. */
  @Nullable ApiException refusal;

  String answer = "{}";

  @Override
  public FunctionResult invoke(
      String function, byte[] payload, Invoker invoker, Duration patience) {
    refuse();
    return new FunctionResult(answer.getBytes(StandardCharsets.UTF_8), null, "");
  }

  @Override
  public void send(String function, byte[] payload, Invoker invoker) {
    refuse();
    sent.add(function + " " + new String(payload, StandardCharsets.UTF_8) + " " + invoker);
  }

  private void refuse() {
    if (refusal != null) {
      throw refusal;
    }
  }
}
