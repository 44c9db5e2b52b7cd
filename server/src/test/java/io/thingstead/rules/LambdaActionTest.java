package io.thingstead.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.api.iot.Action;
import io.thingstead.api.iot.LambdaAction;
import io.thingstead.broker.Qos;
import io.thingstead.model.ApiException;
import io.thingstead.model.AwsError;
import org.junit.jupiter.api.Test;

/** The lambda action and {@code aws_lambda}: what is called, with what, and what a failure does. */
class LambdaActionTest {
  private static final String FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f";

  private final House house = new House();

  private static Action lambda(String arn) {
    return Action.builder().lambda(new LambdaAction(arn)).build();
  }

  @Test
  void theFunctionIsSentTheResultForTheRule() {
    house.create("r", "SELECT x, topic(2) AS d FROM 'a/+'", lambda(FUNCTION));

    house.publish("a/b", "{\"x\":1,\"y\":2}", Qos.AT_LEAST_ONCE);
    house.settle();

    assertThat(house.functions.sent)
        .containsExactly(
            FUNCTION
                + " {\"x\":1,\"d\":\"b\"} Service[principal=iot.amazonaws.com,"
                + " sourceArn=arn:aws:iot:us-east-1:123456789012:rule/r]");
    assertThat(house.keptInputs()).isZero();
  }

  @Test
  void theNameOfTheFunctionMayBeATemplate() {
    house.create("r", "SELECT * FROM 'a/+'", lambda("${topic(2)}"));

    house.publish("a/f", "{}", Qos.AT_LEAST_ONCE);
    house.settle();

    assertThat(house.functions.sent).singleElement().asString().startsWith("f {} ");
  }

  @Test
  void aCallThatIsRefusedGoesToTheErrorAction() {
    house.functions.refusal =
        new ApiException(AwsError.RESOURCE_NOT_FOUND, "Function not found: f");
    house.rules.create(
        House.request("r", "SELECT * FROM 'a'", House.republish("errors"), lambda(FUNCTION)));
    house.settle();

    house.publish("a", "{}", Qos.AT_LEAST_ONCE);
    house.settle();

    assertThat(house.seen())
        .last()
        .asString()
        .contains("errors", "LambdaAction", FUNCTION, "Function not found: f");
  }

  @Test
  void aPayloadThatIsNoJsonIsNotSent() {
    house.create("r", "SELECT * FROM 'a'", lambda(FUNCTION));

    house.publish("a", "raw", Qos.AT_LEAST_ONCE);
    house.settle();

    assertThat(house.functions.sent).isEmpty();
  }

  @Test
  void aCallThatWasNotDurableIsMadeAgainAfterACrash() {
    house.create("r", "SELECT * FROM 'a'", lambda(FUNCTION));
    house.functions.refusal = new ApiException(AwsError.TOO_MANY_REQUESTS, "later");
    house.pause =
        _ -> {
          throw new InterruptedException("the power fails");
        };
    house.publish("a", "{}", Qos.AT_LEAST_ONCE);
    house.settle();
    assertThat(house.functions.sent).isEmpty();
    Thread.interrupted();

    house.functions.refusal = null;
    house.crash();
    house.settle();

    assertThat(house.functions.sent).hasSize(1);
  }

  @Test
  void aStatementHasTheAnswerOfAFunction() {
    house.functions.answer = "{\"inside\":true}";
    house.create(
        "r",
        "SELECT x FROM 'a' WHERE aws_lambda('" + FUNCTION + "', *).inside",
        House.republish("out"));

    house.publish("a", "{\"x\":1}", Qos.AT_LEAST_ONCE);
    house.settle();
    house.functions.answer = "{\"inside\":false}";
    house.publish("a", "{\"x\":2}", Qos.AT_LEAST_ONCE);
    house.settle();

    assertThat(house.seen())
        .filteredOn(message -> message.startsWith("out"))
        .containsExactly("out {\"x\":1}");
  }

  @Test
  void noTemplateOfAnErrorActionMayAskAFunction() {
    assertThatThrownBy(
            () ->
                house.rules.create(
                    House.request(
                        "r",
                        "SELECT * FROM 'a'",
                        House.republish("${aws_lambda('f', *)}"),
                        lambda(FUNCTION))))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("aws_lambda");
  }
}
