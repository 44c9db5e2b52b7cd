package io.thingstead.mqtt;

import io.thingstead.authorize.Authorization;
import io.thingstead.authorize.Decision;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Allows everything but what a test forbids. */
public final class AllowAll implements Authorization {
  private static final Decision YES = new Decision.Allowed("test");

  private final Set<String> denied = new HashSet<>();
  private int stamp;
  private @Nullable Runnable listener;

  /** Forbids an action on a topic, filter or client: {@code publish a/b}. */
  public synchronized AllowAll deny(String what) {
    denied.add(what);
    stamp++;
    return this;
  }

  /** Allows again what was forbidden. */
  synchronized AllowAll allow(String what) {
    denied.remove(what);
    stamp++;
    return this;
  }

  private synchronized Decision decision(String what) {
    return denied.contains(what) ? new Decision.Denied(false, "test denies " + what) : YES;
  }

  public void revoke() {
    if (listener != null) {
      listener.run();
    }
  }

  @Override
  public synchronized int stamp() {
    return stamp;
  }

  @Override
  public boolean live() {
    return true;
  }

  @Override
  public void onRevoked(Runnable listener) {
    this.listener = listener;
  }

  @Override
  public Decision connect(boolean persistent, @Nullable String willTopic) {
    return decision("connect");
  }

  @Override
  public Decision publish(String topic) {
    return decision("publish " + topic);
  }

  @Override
  public Decision retain(String topic) {
    return decision("retain " + topic);
  }

  @Override
  public Decision subscribe(String filter) {
    return decision("subscribe " + filter);
  }

  @Override
  public Decision receive(String topic) {
    return decision("receive " + topic);
  }

  @Override
  public Decision decide(String action, String resourceArn) {
    return decision(action);
  }

  @Override
  public Decision decide(String action, String resourceArn, Map<String, String> facts) {
    return decide(action, resourceArn);
  }
}
