package io.thingstead.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
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
  private static final int PATIENCE_MILLIS = 10_000;

  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  static {
    // Every buffer is followed all the same, and a leak named by where it was made; only who read
    // it meanwhile is not written down, which took most of the fuzzers' time.
    System.setProperty("io.netty.leakDetection.acquireAndReleaseOnly", "true");
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

  /** Whether a class that is not watched has run since the last look. */
  private boolean othersRan = true;

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
      if (othersRan) {
        // What they have leaked is not this class's.
        leaks();
        othersRan = false;
      }
      before = ResourceLeakDetector.getLevel();
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    } else {
      othersRan = true;
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
    // The collector hands over what it has found all at once, and one thread brings it to the
    // detectors: when what a second collection found has come, all of the first has.
    for (int i = 0; i < 2; i++) {
      collect();
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

  private static void collect() {
    ReferenceQueue<Object> found = new ReferenceQueue<>();
    WeakReference<Object> garbage = new WeakReference<>(new Object(), found);
    System.gc();
    try {
      assertThat(found.remove(PATIENCE_MILLIS)).as("what was collected").isSameAs(garbage);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
