package io.thingstead.authorize;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The same answer to everything, for ever: administrators, and callers without policies. */
record FixedAuthorization(Decision answer) implements Authorization {
  @Override
  public int stamp() {
    return 0;
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public void onRevoked(Runnable listener) {
    // It never is.
  }

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    return answer;
  }

  @Override
  public Decision publish(String topic) {
    return answer;
  }

  @Override
  public Decision retain(String topic) {
    return answer;
  }

  @Override
  public Decision subscribe(String filter) {
    return answer;
  }

  @Override
  public Decision receive(String topic) {
    return answer;
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return answer;
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    return answer;
  }
}
