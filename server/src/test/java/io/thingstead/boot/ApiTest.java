package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/** A whole server and the unchanged AWS SDK for Java as its client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ApiTest {
  private @Nullable RunningNode node;
  private @Nullable IotClient iot;
  private @Nullable IotDataPlaneClient data;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    RunningNode started = new RunningNode(directory, settings());
    node = started;
    iot = started.iot();
    data = started.data();
  }

  /** The server's settings: names and values. */
  String[] settings() {
    return new String[] {"allow-target", "127.0.0.1"};
  }

  @AfterAll
  void stop() {
    iot().close();
    data().close();
    node().close();
  }

  RunningNode node() {
    return Objects.requireNonNull(node);
  }

  IotClient iot() {
    return Objects.requireNonNull(iot);
  }

  IotDataPlaneClient data() {
    return Objects.requireNonNull(data);
  }

  /** The call is refused with this error as the SDK knows it. */
  static void refused(int status, String code, ThrowingCallable call) {
    AwsServiceException refusal = catchThrowableOfType(AwsServiceException.class, call);
    assertThat(refusal).as("it was not refused").isNotNull();
    assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
    assertThat(refusal.statusCode()).isEqualTo(status);
    assertThat(refusal.awsErrorDetails().errorMessage()).isNotBlank();
  }
}
