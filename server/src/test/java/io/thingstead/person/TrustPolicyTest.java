package io.thingstead.person;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import io.thingstead.person.TrustPolicy.Answer;
import io.thingstead.person.TrustPolicy.Trustee;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustPolicyTest {
  private static final String ACTION = "sts:AssumeRole";
  private static final Trustee UNA =
      new Trustee("AWS", List.of("arn:aws:iam::1:user/una"), List.of("arn:aws:iam::1:root", "1"));

  private static String document(String... statements) {
    return ("{'Version':'2012-10-17','Statement':[" + String.join(",", statements) + "]}")
        .replace('\'', '"');
  }

  private static String allow(String principal) {
    return "{'Effect':'Allow','Action':'sts:AssumeRole'," + principal + "}";
  }

  private static Answer answer(Trustee trustee, String... statements) {
    return TrustPolicy.parse(document(statements)).decide(trustee, ACTION, _ -> List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'Principal':{'AWS':'arn:aws:iam::1:user/una'} | NAMED",
        "'Principal':{'AWS':['x','arn:aws:iam::1:user/una']} | NAMED",
        "'Principal':{'AWS':'arn:aws:iam::1:root'} | ACCOUNT",
        "'Principal':{'AWS':'1'} | ACCOUNT",
        "'Principal':{'AWS':'*'} | ACCOUNT",
        "'Principal':'*' | ACCOUNT",
        "'Principal':{'AWS':'arn:aws:iam::1:user/*'} | REFUSED",
        "'Principal':{'AWS':'arn:aws:iam::2:root'} | REFUSED",
        "'Principal':{'Service':'lambda.amazonaws.com'} | REFUSED",
        "'NotPrincipal':{'AWS':'arn:aws:iam::1:user/ben'} | ACCOUNT",
        "'NotPrincipal':{'AWS':'arn:aws:iam::1:user/una'} | REFUSED",
      },
      quoteCharacter = '~')
  void principalsAreMeantByTheirOwnNameOrTheirAccounts(String principal, Answer expected) {
    assertThat(answer(UNA, allow(principal))).isEqualTo(expected);
  }

  @Test
  void denialWins() {
    assertThat(
            answer(
                UNA,
                allow("'Principal':{'AWS':'arn:aws:iam::1:user/una'}"),
                "{'Effect':'Deny','Action':'sts:*','Principal':'*'}"))
        .isEqualTo(Answer.REFUSED);
  }

  @Test
  void servicesAndProvidersAreKindsOfTheirOwn() {
    String service = allow("'Principal':{'Service':'lambda.amazonaws.com'}");
    assertThat(answer(Trustee.service("lambda.amazonaws.com"), service)).isEqualTo(Answer.NAMED);
    assertThat(answer(Trustee.federated("lambda.amazonaws.com"), service))
        .isEqualTo(Answer.REFUSED);
  }

  @Test
  void conditionsMustHold() {
    TrustPolicy policy =
        TrustPolicy.parse(
            document(
                "{'Effect':'Allow','Action':'sts:AssumeRole','Principal':'*',"
                    + "'Condition':{'StringEquals':{'sts:ExternalId':'${aws:username}'}}}"));
    Map<String, List<String>> facts =
        Map.of("sts:externalid", List.of("una"), "aws:username", List.of("una"));
    assertThat(policy.decide(UNA, ACTION, name -> facts.getOrDefault(name, List.of())))
        .isEqualTo(Answer.ACCOUNT);
    assertThat(policy.decide(UNA, ACTION, _ -> List.of())).isEqualTo(Answer.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{'Version':'2012-10-17'}",
        "{'Version':'2012-10-17','Statement':[]}",
        "{'Version':'2012-10-17','Statement':[1]}",
        "{'Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':'*'}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole'}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole',"
            + "'Principal':{}}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole',"
            + "'Principal':{'User':'x'}}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole',"
            + "'Principal':{'AWS':[1]}}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole',"
            + "'Principal':'*','Resource':'*'}}",
        "{'Version':'2012-10-17','Statement':{'Effect':'Maybe','Action':'sts:AssumeRole',"
            + "'Principal':'*'}}",
      })
  void whatIsNoTrustPolicyIsRefused(String text) {
    assertThatThrownBy(() -> TrustPolicy.parse(text.replace('\'', '"')))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.error()).isEqualTo(AwsError.MALFORMED_POLICY_DOCUMENT));
  }
}
