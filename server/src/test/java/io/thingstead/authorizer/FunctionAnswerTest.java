package io.thingstead.authorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.Limits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an authorizer's function may say, and how what is no answer is called. */
class FunctionAnswerTest {
  private static final String DOCUMENT =
      "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'iot:*','Resource':'*'}]}";
  private static final String GOOD =
      "{'isAuthenticated':true,'principalId':'abc','disconnectAfterInSeconds':300,"
          + "'refreshAfterInSeconds':86400,'policyDocuments':["
          + DOCUMENT
          + "]}";

  private static FunctionAnswer parse(String answer) {
    return FunctionAnswer.parse(
        "a",
        answer.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        Limits.DEFAULT.authorizers());
  }

  @Test
  void anAnswerNamesThePrincipalAndItsPolicies() {
    FunctionAnswer.Yes yes = (FunctionAnswer.Yes) parse(GOOD);
    assertThat(yes.principalId()).isEqualTo("abc");
    assertThat(yes.disconnectAfterSeconds()).isEqualTo(300);
    assertThat(yes.refreshAfterSeconds()).isEqualTo(86_400);
    assertThat(yes.documents()).containsExactly(DOCUMENT.replace('\'', '"'));
  }

  @Test
  void aDocumentMayBeAString() {
    String text = "'" + DOCUMENT.replace("'", "\\\"") + "'";
    FunctionAnswer.Yes yes = (FunctionAnswer.Yes) parse(GOOD.replace(DOCUMENT, text));
    assertThat(yes.policies()).hasSize(1);
  }

  @Test
  void whoIsNotAuthenticatedNeedsNothingElse() {
    assertThat(parse("{'isAuthenticated':false}")).isEqualTo(new FunctionAnswer.No());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "nonsense | the answer is not JSON",
        "{} | isAuthenticated is not true or false",
        "{'isAuthenticated':'true'} | isAuthenticated is not true or false",
        "principalId':'a-b | principalId is not 1 to 128 letters or digits",
        "principalId':'a b | principalId is not 1 to 128 letters or digits",
        "disconnectAfterInSeconds':299 | disconnectAfterInSeconds is 299, not 300 to 86400",
        "refreshAfterInSeconds':86401 | refreshAfterInSeconds is 86401, not 300 to 86400",
        "refreshAfterInSeconds':'300' | refreshAfterInSeconds is not a whole number",
        "policyDocuments':[] | policyDocuments is not a list of 1 to 10 documents",
        "policyDocuments':[1] | a policy document is neither an object nor a string",
        "policyDocuments':[{}] | policy document 1: ",
      })
  void whatIsNoAnswerIsSaidExactly(String change, String why) {
    String answer = change;
    int colon = change.indexOf("':");
    if (colon > 0 && !change.startsWith("{")) {
      String name = change.substring(0, colon);
      answer =
          GOOD.replaceAll(
              name + "':('[^']*'|\\d+|\\[.*\\](?=}))",
              java.util.regex.Matcher.quoteReplacement(
                  change + (change.matches(".*':'[^']*") ? "'" : "")));
    }
    String told = answer;
    assertThatThrownBy(() -> parse(told)).hasMessageContaining(why);
  }

  @Test
  void aLongDocumentIsRefused() {
    String tooLong = DOCUMENT.replace("'*'", "'" + "x".repeat(2048) + "'");
    assertThatThrownBy(() -> parse(GOOD.replace(DOCUMENT, tooLong)))
        .hasMessageContaining("more than 2048 characters");
  }
}
