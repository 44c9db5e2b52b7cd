package io.thingstead.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.thingstead.audit.AuditLog.Kind;
import io.thingstead.engine.AccountShard;
import io.thingstead.engine.EngineSettings;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.Limits;
import io.thingstead.row.Page;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditLogTest {
  private final Simulation simulation =
      new Simulation(
          1,
          new EngineSettings(1, 1024, 1024, 0, 0, Integer.MAX_VALUE),
          _ -> {},
          Simulation.UnaryStore.NONE);
  private final AccountShard shard =
      simulation.engine().shard(new ShardId(ShardId.SERVER, 0)).account(7);
  private Limits.Audit limits = new Limits.Audit(5, 4, 3, 50);
  private final AuditLog log = new AuditLog(shard, simulation.clock(), () -> limits);

  private static Deed deed(String operation, String decision) {
    return new Deed("r", operation, Map.of("policyName", "p"), "AK", "arn", "::1", decision, "");
  }

  private List<String> operations(Kind kind) {
    return log.list(kind, 100, null).items().stream().map(each -> each.deed().operation()).toList();
  }

  @Test
  void theLatestComeFirstAndTheOldestAreForgotten() {
    for (int i = 1; i <= 7; i++) {
      log.changed(deed("iot:Op" + i, Deed.DONE));
    }

    assertThat(operations(Kind.CHANGE))
        .containsExactly("iot:Op7", "iot:Op6", "iot:Op5", "iot:Op4", "iot:Op3");
    assertThat(log.list(Kind.CHANGE, 1, null).items().getFirst())
        .isEqualTo(new AuditEntry(7, simulation.clock().instant(), deed("iot:Op7", Deed.DONE)));
  }

  @Test
  void credentialsAreAKindOfTheirOwnAndALowerLimitHoldsSoon() {
    log.changed(deed("iot:CreatePolicy", Deed.DONE));
    for (int i = 1; i <= 9; i++) {
      log.issued(deed("sts:Op" + i, Deed.DONE));
    }
    simulation.runUntilIdle();
    assertThat(operations(Kind.CREDENTIALS))
        .containsExactly("sts:Op9", "sts:Op8", "sts:Op7", "sts:Op6");

    limits = new Limits.Audit(5, 2, 3, 50);
    log.issued(deed("sts:Op10", Deed.DONE));
    simulation.runUntilIdle();

    assertThat(operations(Kind.CREDENTIALS)).containsExactly("sts:Op10", "sts:Op9");
    assertThat(operations(Kind.CHANGE)).containsExactly("iot:CreatePolicy");
  }

  @Test
  void refusalsPushNoChangesOut() {
    log.changed(deed("iot:CreatePolicy", Deed.DONE));
    for (int i = 1; i <= 9; i++) {
      log.refused(deed("iot:Op" + i, "AccessDeniedException"));
    }
    simulation.runUntilIdle();

    assertThat(operations(Kind.CHANGE)).containsExactly("iot:CreatePolicy");
    assertThat(operations(Kind.REFUSAL)).containsExactly("iot:Op9", "iot:Op8", "iot:Op7");
  }

  @Test
  void aFloodOfRefusalsIsCountedButNotWrittenDown() {
    for (int i = 0; i < limits.refusalsPerSecond() + 10; i++) {
      log.refused(deed("iot:Op", "AccessDeniedException"));
    }
    simulation.runUntilIdle();

    assertThat(log.lost().sum()).isEqualTo(10);
    assertThat(log.list(Kind.REFUSAL, 1, null).items().getFirst().number())
        .isEqualTo(limits.refusalsPerSecond());
  }

  @Test
  void pagesFollowOneAnother() {
    for (int i = 1; i <= 5; i++) {
      log.changed(deed("iot:Op" + i, Deed.DONE));
    }
    Page<AuditEntry> first = log.list(Kind.CHANGE, 3, null);
    Page<AuditEntry> second = log.list(Kind.CHANGE, 3, first.next());

    assertThat(first.items()).extracting(AuditEntry::number).containsExactly(5L, 4L, 3L);
    assertThat(second.items()).extracting(AuditEntry::number).containsExactly(2L, 1L);
    assertThat(second.next()).isNull();
  }
}
