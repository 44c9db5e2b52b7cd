package io.thingstead.bench;

import io.thingstead.model.policy.BoundPolicies;
import io.thingstead.model.policy.NamedPolicy;
import io.thingstead.model.policy.PolicyDocument;
import io.thingstead.model.policy.PolicySet;
import io.thingstead.model.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decisions per second that no cache knows, of one thread. The statements allow publishing to a
 * subtree each; one more, with a variable, allows each client its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
// JMH calls @Setup before it measures, which NullAway cannot see.
@SuppressWarnings("NullAway.Init")
public class PolicyBenchmark {
  private static final int STATEMENTS_IN_POLICY = 100;
  private static final int RESOURCES = 1 << 12;
  private static final String TOPIC = "arn:aws:iot:us-east-1:123456789012:topic/";

  @Param({"1", "100", "10000"})
  int statements;

  private BoundPolicies policies;
  private final String[] allowed = new String[RESOURCES];
  private final String[] own = new String[RESOURCES];
  private final String[] unmentioned = new String[RESOURCES];
  private int next;

  /** Compiles the policies for one caller. */
  @Setup
  public void compile() {
    List<NamedPolicy> all = new ArrayList<>();
    for (int from = 0; from < statements; from += STATEMENTS_IN_POLICY) {
      List<String> some = new ArrayList<>();
      for (int i = from; i < Math.min(from + STATEMENTS_IN_POLICY, statements); i++) {
        some.add(allow(TOPIC + "fleet/" + i + "/*"));
      }
      all.add(policy("p" + from, some));
    }
    all.add(policy("own", List.of(allow(TOPIC + "own/${iot:ClientId}/*"))));
    policies =
        PolicySet.of(all).bind(name -> name.equals("iot:ClientId") ? List.of("me") : List.of());
    Random random = new Random(1);
    for (int i = 0; i < RESOURCES; i++) {
      allowed[i] = TOPIC + "fleet/" + random.nextInt(statements) + "/t" + i;
      own[i] = TOPIC + "own/me/t" + i;
      unmentioned[i] = TOPIC + "other/" + i;
    }
  }

  private static String allow(String resource) {
    return "{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"" + resource + "\"}";
  }

  private static NamedPolicy policy(String name, List<String> statements) {
    String json =
        "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    return new NamedPolicy(name, "1", PolicyDocument.parse(json));
  }

  private int next() {
    return next++ & RESOURCES - 1;
  }

  /** Allowed by one of the many. */
  @Benchmark
  public Verdict allowed() {
    return policies.decide("iot:Publish", allowed[next()]);
  }

  /** Allowed by the one with a variable. */
  @Benchmark
  public Verdict own() {
    return policies.decide("iot:Publish", own[next()]);
  }

  /** Denied, for no statement speaks of it. */
  @Benchmark
  public Verdict unmentioned() {
    return policies.decide("iot:Publish", unmentioned[next()]);
  }
}
