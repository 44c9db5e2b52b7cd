package io.thingstead.broker;

import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Allows everything. */
public final class Permissive implements Authorization {
  private static final Decision YES = new Decision.Allowed("test");

  @Override
  public int stamp() {
    return 1;
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public void onRevoked(Runnable listener) {}

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    return YES;
  }

  @Override
  public Decision publish(String topic) {
    return YES;
  }

  @Override
  public Decision retain(String topic) {
    return YES;
  }

  @Override
  public Decision subscribe(String filter) {
    return YES;
  }

  @Override
  public Decision receive(String topic) {
    return YES;
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return YES;
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    return decide(action, resourceArn);
  }
}
