package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;

/**
 * What is done in the wrong order is refused by the exact error, and changes nothing: all that can
 * be read of the resources in question is the same before and after (acceptance row 4). Where the
 * service models leave two answers open, ours is said beside it.
 */
abstract class WrongOrder extends ApiTest {
  static final String INVALID = "InvalidRequestException";
  static final String MISSING = "ResourceNotFoundException";
  static final String EXISTS = "ResourceAlreadyExistsException";
  static final String IN_USE = "DeleteConflictException";
  static final String VERSION = "VersionConflictException";
  static final String VERSIONS = "VersionsLimitExceededException";
  static final String TOO_MANY = "LimitExceededException";

  /** All that can be read of what the class is about. */
  abstract List<Object> state();

  /** A step that is refused. */
  final DynamicTest refusal(String what, int status, String code, ThrowingCallable step) {
    return DynamicTest.dynamicTest(what, () -> unchanged(() -> refused(status, code, step)));
  }

  /** A step that was done before, or has nothing to do: it succeeds. */
  final DynamicTest repetition(String what, ThrowingCallable step) {
    return DynamicTest.dynamicTest(what, () -> unchanged(step));
  }

  private void unchanged(ThrowingCallable step) throws Exception {
    String before = written();
    try {
      step.call();
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    assertThat(written()).isEqualTo(before);
  }

  /** Without the ids of the requests, which make equal answers different. */
  private String written() {
    return state().stream().map(String::valueOf).collect(Collectors.joining("\n"));
  }
}
