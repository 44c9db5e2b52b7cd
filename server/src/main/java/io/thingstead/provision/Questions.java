package io.thingstead.provision;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks functions of the account, which have so long to answer. */
final class Questions {
  private static final System.Logger LOG = System.getLogger(Questions.class.getName());
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private final Invocation functions;
  private final Executor threads;
  private final Duration patience;

  Questions(Invocation functions, Executor threads, Duration patience) {
    this.functions = functions;
    this.threads = threads;
    this.patience = patience;
  }

  /** There is no answer; the log says why, for devices must not learn it. */
  static final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredException(String why) {
      super(why, null, false, false);
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /** Waits for the answer, a JSON object. */
  JsonNode ask(String function, String sourceArn, Map<String, ?> event) throws UnansweredException {
    byte[] asked = JSON.writeValueAsBytes(event);
    CompletableFuture<byte[]> answer =
        CompletableFuture.supplyAsync(() -> functions.call(function, sourceArn, asked), threads);
    try {
      JsonNode read = JSON.readTree(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
      if (read.isObject()) {
        return read;
      }
      throw unanswered(function, "its answer is no JSON object");
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unanswered(function, "it did not answer within " + patience.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw unanswered(function, String.valueOf(cause.getMessage()));
    } catch (JacksonException e) {
      throw unanswered(function, "its answer is no JSON");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unanswered(function, "the server ends");
    }
  }

  private static UnansweredException unanswered(String function, String why) {
    LOG.log(System.Logger.Level.WARNING, "function {0} gave no answer: {1}", function, why);
    return new UnansweredException(why);
  }
}
