package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Watches every buffer in the tests of this package and the fuzzer of WebSockets: a class fails
 * when one was collected that nobody had released. Found by JUnit itself, so that no test can
 * forget it, and before any other class asks for a detector.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
  private static final int PROBES = 4;

  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  static {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings("deprecation") // it is the one that must be there
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return new Recording<>(resource, samplingInterval);
          }
        });
  }

  private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

  private static final class Recording<T> extends ResourceLeakDetector<T> {
    Recording(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      // A simulated broker that crashes frees as little as a process that dies.
      if (!records.contains("SimulatedLoop")) {
        LEAKS.add(resourceType + " " + records);
      }
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      LEAKS.add(resourceType);
    }
  }

  private static boolean watches(ExtensionContext context) {
    Class<?> test = context.getRequiredTestClass();
    return test.getPackageName().equals(NoLeaks.class.getPackageName())
        || test.getSimpleName().equals("WebSocketFuzzTest");
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (watches(context)) {
      // What others have leaked is not this class's.
      leaks();
      before = ResourceLeakDetector.getLevel();
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (watches(context)) {
      List<String> leaks = leaks();
      ResourceLeakDetector.setLevel(before);
      assertThat(leaks).as("buffers that were never released").isEmpty();
    }
  }

  /** What has leaked so far. */
  static List<String> leaks() {
    for (int i = 0; i < PROBES; i++) {
      System.gc();
      // A detector reports when the next resource is made.
      for (ByteBuf probe :
          List.of(
              PooledByteBufAllocator.DEFAULT.directBuffer(1),
              PooledByteBufAllocator.DEFAULT.heapBuffer(1),
              Unpooled.directBuffer(1))) {
        probe.release();
      }
    }
    List<String> found = new ArrayList<>(LEAKS);
    LEAKS.clear();
    return found;
  }
}
