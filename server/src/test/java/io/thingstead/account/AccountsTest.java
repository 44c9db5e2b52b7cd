package io.thingstead.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.engine.AccountShard;
import io.thingstead.engine.ShardId;
import io.thingstead.engine.Simulation;
import io.thingstead.model.AccountId;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.model.Profile;
import io.thingstead.model.Quotas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountsTest {
  private static final Account FIRST = account("000000000000");
  private static final Account SECOND = account("123456789012");
  private final AccountShard shard =
      new Simulation(1).engine().shard(new ShardId(ShardId.SERVER, 0)).account(0);

  private static Account account(String id) {
    return new Account(new AccountId(id), "us-east-1", Profile.THINGSTEAD);
  }

  @Test
  void accountsSurviveARestart() {
    new Accounts(shard, FIRST).create(SECOND);
    Accounts later = new Accounts(shard, FIRST);

    assertThat(later.first()).isEqualTo(FIRST);
    assertThat(later.list()).containsExactly(FIRST, SECOND);
    assertThat(later.find(SECOND.id())).isEqualTo(SECOND);
    assertThat(later.find(new AccountId("999999999999"))).isNull();
  }

  @Test
  void anAccountIsMadeOnce() {
    Accounts accounts = new Accounts(shard, FIRST);
    List<Account> heard = new ArrayList<>();
    accounts.onCreate(heard::add);
    accounts.create(SECOND);

    assertThatThrownBy(() -> accounts.create(SECOND))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.error()).isEqualTo(AwsError.RESOURCE_ALREADY_EXISTS));
    assertThat(heard).containsExactly(SECOND);
  }

  @Test
  void quotasOfAnAccountHoldAtOnceAndAfterARestart() {
    Accounts accounts = new Accounts(shard, FIRST);
    accounts.create(SECOND);
    List<Account> heard = new ArrayList<>();
    accounts.onLimit(heard::add);

    for (Account each : List.of(FIRST, SECOND)) {
      Quotas quotas = Quotas.of(Map.of("topics.slashes", 3L));
      Account changed = accounts.limit(each.id(), quotas);
      assertThat(changed.limits().topics().slashes()).isEqualTo(3);
      assertThat(accounts.find(each.id())).isEqualTo(changed);
    }
    assertThat(accounts.byHost(null).limits().topics().slashes()).isEqualTo(3);
    assertThat(heard).map(Account::id).containsExactly(FIRST.id(), SECOND.id());

    Accounts later = new Accounts(shard, FIRST);
    for (Account each : later.list()) {
      assertThat(each.limits().topics().slashes()).isEqualTo(3);
    }
    later.limit(SECOND.id(), Quotas.NONE);
    assertThat(new Accounts(shard, FIRST).find(SECOND.id())).isEqualTo(SECOND);
  }

  @Test
  void theHostNameChoosesTheAccount() {
    Accounts accounts = new Accounts(shard, FIRST);
    accounts.create(SECOND);

    assertThat(accounts.byHost("123456789012.iot.example")).isEqualTo(SECOND);
    assertThat(accounts.byHost("999999999999.iot.example")).isEqualTo(FIRST);
    assertThat(accounts.byHost("iot.example")).isEqualTo(FIRST);
    assertThat(accounts.byHost("123456789012")).isEqualTo(FIRST);
    assertThat(accounts.byHost(null)).isEqualTo(FIRST);
    for (Account account : accounts.list()) {
      assertThat(accounts.byHost(accounts.endpoint(account, "iot.example"))).isEqualTo(account);
    }
  }

  @Test
  void anotherFirstAccountIsRefusedWithBothNames() {
    new Accounts(shard, FIRST);

    assertThatThrownBy(() -> new Accounts(shard, SECOND))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("--account 000000000000");
  }

  @Test
  void theProfileFollowsTheSettings() {
    new Accounts(shard, FIRST);
    Account plain = new Account(FIRST.id(), FIRST.region(), Profile.MQTT);

    assertThat(new Accounts(shard, plain).first()).isEqualTo(plain);
  }
}
