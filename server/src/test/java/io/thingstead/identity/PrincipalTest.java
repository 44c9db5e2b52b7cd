package io.thingstead.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What callers are called. */
class PrincipalTest {
  private static Principal.AccessKey key(Session.Of of, String name) {
    Session session = new Session(of, "AROA1", name, List.of(), Map.of(), "", 0, 1);
    String arn = "arn:aws:iam::000000000000:user/u";
    return new Principal.AccessKey("ASIA1", arn, false, session);
  }

  @Test
  void rulesKnowASessionByItsRoleAndNameAndAUserByItsId() {
    assertThat(key(Session.Of.ROLE, "phone").inRules()).isEqualTo("AROA1:phone");
    assertThat(key(Session.Of.USER, "").inRules()).isEqualTo("AROA1");
    assertThat(user().inRules()).isEqualTo("AIDA1");
    assertThat(new Principal.Certificate("abc", "arn", true).inRules()).isEqualTo("abc");
    String arn = "arn:aws:iam::000000000000:root";
    assertThat(new Principal.AccessKey("AKIA1", arn, true).inRules()).isEqualTo("AKIA1");
  }

  /** A key for ever. */
  private static Principal.AccessKey user() {
    String arn = "arn:aws:iam::000000000000:user/path/una";
    return new Principal.AccessKey("AKIA1", arn, false, "AIDA1", null);
  }

  @Test
  void eventsKnowASignerByItsAccountItsIdAndItsName() {
    assertThat(user().inEvents()).isEqualTo("000000000000/AIDA1:una");
    assertThat(key(Session.Of.ROLE, "phone").inEvents()).isEqualTo("000000000000/AROA1:u");
    String arn = "arn:aws:iam::000000000000:user/administrator";
    assertThat(new Principal.AccessKey("AKIA1", arn, true).inEvents())
        .isEqualTo("000000000000/AKIA1:administrator");
  }
}
