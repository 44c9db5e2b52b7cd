package io.thingstead.model.shadow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.thingstead.model.Limits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of the shadow specification, byte for byte. */
class ShadowExamplesTest {
  private static final String RGB_REPORTED =
      "{'state':{'reported':{'ID':'SmartLamp21','ColorRGB':[128,128,128]}},"
          + "'clientToken':'426bfd96-e720-46d3-95cd-014e3ef12bb6'}";

  private @Nullable ShadowDocument shadow;
  private long lastVersion;
  private long now = 1591140517;

  private ShadowUpdate update(String request) {
    UpdateRequest parsed = UpdateRequest.parse(bytes(request), Limits.DEFAULT.shadows());
    ShadowUpdate update =
        ShadowUpdate.apply(shadow, lastVersion, parsed, now, Limits.DEFAULT.shadows());
    shadow = ShadowDocument.decode(update.current().encode());
    return update;
  }

  private String get() {
    return shadow == null ? "none" : text(shadow.get(now, null));
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }

  private static String text(byte @Nullable [] json) {
    return json == null ? "none" : new String(json, UTF_8).replace('"', '\'');
  }

  private void rejected(String request, String document) {
    assertThatThrownBy(() -> update(request))
        .asInstanceOf(type(ShadowException.class))
        .satisfies(e -> assertThat(text(e.rejected())).isEqualTo(document));
  }

  @Test
  void e1ToE4ALampReportsAnAppDesiresTheLampFollows() {
    lastVersion = 2;
    ShadowUpdate created = update(RGB_REPORTED);
    String metadata =
        "'metadata':{'reported':{'ID':{'timestamp':1591140517},'ColorRGB':["
            + "{'timestamp':1591140517},{'timestamp':1591140517},{'timestamp':1591140517}]}}";
    String state = "{'state':{'reported':{'ID':'SmartLamp21','ColorRGB':[128,128,128]}},";
    assertThat(text(created.accepted()))
        .isEqualTo(
            state
                + metadata
                + ",'version':3,'timestamp':1591140517,"
                + "'clientToken':'426bfd96-e720-46d3-95cd-014e3ef12bb6'}");
    assertThat(created.delta()).isNull();

    now = 1591141111;
    assertThat(get()).isEqualTo(state + metadata + ",'version':3,'timestamp':1591141111}");

    now = 1591141596;
    String times = "[{'timestamp':1591141596},{'timestamp':1591141596},{'timestamp':1591141596}]";
    ShadowUpdate desired =
        update(
            "{'state':{'desired':{'ColorRGB':[255,255,0]}},"
                + "'clientToken':'21b21b21-bfd2-4279-8c65-e2f697ff4fab'}");
    assertThat(text(desired.accepted()))
        .isEqualTo(
            "{'state':{'desired':{'ColorRGB':[255,255,0]}},'metadata':{'desired':{'ColorRGB':"
                + times
                + "}},'version':4,'timestamp':1591141596,"
                + "'clientToken':'21b21b21-bfd2-4279-8c65-e2f697ff4fab'}");
    assertThat(text(desired.delta()))
        .isEqualTo(
            "{'version':4,'timestamp':1591141596,'state':{'ColorRGB':[255,255,0]},"
                + "'metadata':{'ColorRGB':"
                + times
                + "},'clientToken':'21b21b21-bfd2-4279-8c65-e2f697ff4fab'}");

    now = 1591141597;
    ShadowUpdate reported =
        update("{'state':{'reported':{'ColorRGB':[255,255,0]}},'clientToken':'a4dc'}");
    assertThat(text(reported.accepted())).contains("'version':5,").endsWith("'a4dc'}");
    assertThat(reported.delta()).isNull();
    assertThat(get())
        .startsWith(
            "{'state':{'desired':{'ColorRGB':[255,255,0]},"
                + "'reported':{'ID':'SmartLamp21','ColorRGB':[255,255,0]}},'metadata':")
        .doesNotContain("delta");
  }

  @Test
  void e5AMissingShadowIsNamed() {
    ShadowException named =
        ShadowException.notFound(new ShadowName("mySimulatedThing", "simShadow1"), null);
    assertThat(text(named.rejected()).replace("''", "'"))
        .isEqualTo("{'code':404,'message':'No shadow exists with name: 'simShadow1'}");
    ShadowException classic = ShadowException.notFound(ShadowName.classic("t"), "tok");
    assertThat(new String(classic.rejected(), UTF_8))
        .isEqualTo(
            "{\"code\":404,\"message\":\"No shadow exists with name: 't'\","
                + "\"clientToken\":\"tok\"}");
  }

  @Test
  void e6TheDeltaIsWhatIsDesiredAndNotReportedWithItsDesiredTimes() {
    update("{'state':{'desired':{'color':'RED','state':'STOP'}}}");
    now++;
    ShadowUpdate update = update("{'state':{'reported':{'color':'GREEN','engine':'ON'}}}");
    assertThat(text(update.delta()))
        .isEqualTo(
            "{'version':2,'timestamp':1591140518,'state':{'color':'RED','state':'STOP'},"
                + "'metadata':{'color':{'timestamp':1591140517},"
                + "'state':{'timestamp':1591140517}}}");
    assertThat(get())
        .isEqualTo(
            "{'state':{'desired':{'color':'RED','state':'STOP'},"
                + "'reported':{'color':'GREEN','engine':'ON'},"
                + "'delta':{'color':'RED','state':'STOP'}},"
                + "'metadata':{'desired':{'color':{'timestamp':1591140517},"
                + "'state':{'timestamp':1591140517}},"
                + "'reported':{'color':{'timestamp':1591140518},"
                + "'engine':{'timestamp':1591140518}},"
                + "'delta':{'color':{'timestamp':1591140517},"
                + "'state':{'timestamp':1591140517}}},"
                + "'version':2,'timestamp':1591140518}");
  }

  @Test
  void e7ANestedDeltaHoldsThePathAndOnlyTheDifferingLeaf() {
    update("{'state':{'reported':{'lights':{'color':{'r':255,'g':0,'b':255}}}}}");
    ShadowUpdate update =
        update("{'state':{'desired':{'lights':{'color':{'r':255,'g':255,'b':255}}}}}");
    assertThat(text(update.delta())).contains("'state':{'lights':{'color':{'g':255}}},");
  }

  @Test
  void e8ANullSectionIsRemoved() {
    update("{'state':{'desired':{'color':'blue'}}}");
    ShadowUpdate update = update("{'state':{'reported':{'color':'red'},'desired':null}}");
    assertThat(text(update.accepted()))
        .isEqualTo(
            "{'state':{'desired':null,'reported':{'color':'red'}},"
                + "'metadata':{'reported':{'color':{'timestamp':1591140517}}},"
                + "'version':2,'timestamp':1591140517}");
    assertThat(get()).startsWith("{'state':{'reported':{'color':'red'}},'metadata':{'reported'");
  }

  @Test
  void e9ArraysAreReplacedWholeAndMayNotHoldNull() {
    update("{'state':{'desired':{'colors':['RED','GREEN','BLUE']}}}");
    update("{'state':{'desired':{'colors':['RED']}}}");
    assertThat(get()).contains("'desired':{'colors':['RED']}").contains("[{'timestamp'");
    rejected(
        "{'state':{'desired':{'colors':[null,'RED']}}}",
        "{'code':400,'message':'State contains an invalid node'}");
  }

  @Test
  void e10RemovingTheLastLeafRemovesTheSection() {
    update("{'state':{'reported':{'a':{'b':1,'c':2}}}}");
    ShadowUpdate update = update("{'state':{'reported':{'a':{'b':null}}}}");
    assertThat(text(update.accepted()))
        .startsWith("{'state':{'reported':{'a':{'b':null}}},'metadata':{},'version':2,");
    assertThat(get()).startsWith("{'state':{'reported':{'a':{'c':2}}},");
    update("{'state':{'reported':{'a':{'c':null}}}}");
    assertThat(get()).startsWith("{'state':{},'metadata':{},'version':3,");
  }

  @Test
  void e11AnotherVersionConflictsAndTheSameOneIsAccepted() {
    lastVersion = 9;
    update("{'state':{'desired':{'a':1}}}");
    rejected(
        "{'state':{'desired':{'a':2}},'version':9,'clientToken':'t'}",
        "{'code':409,'message':'Version conflict','clientToken':'t'}");
    assertThat(get()).contains("'a':1").contains("'version':10,");
    assertThat(update("{'state':{'desired':{'a':2}},'version':10}").current().version())
        .isEqualTo(11);
  }

  @Test
  void e12AShadowMadeAgainContinuesTheVersionOfTheDeletedOne() {
    assertThat(text(ShadowDocument.deleted(7, now, null)))
        .isEqualTo("{'version':7,'timestamp':1591140517}");
    lastVersion = 7;
    rejected(
        "{'state':{'desired':{'a':1}},'version':7}", "{'code':409,'message':'Version conflict'}");
    ShadowUpdate update = update("{'state':{'desired':{'a':1}},'version':0}");
    assertThat(update.current().version()).isEqualTo(8);
    assertThat(text(update.documents()))
        .isEqualTo(
            "{'previous':{'state':{},'metadata':{},'version':7},"
                + "'current':{'state':{'desired':{'a':1}},"
                + "'metadata':{'desired':{'a':{'timestamp':1591140517}}},'version':8},"
                + "'timestamp':1591140517}");
    rejected(
        "{'state':{'desired':{'a':1}},'version':0}", "{'code':409,'message':'Version conflict'}");
  }

  @Test
  void e13EqualSectionsGiveNoDeltaAndBothAreInTheDocuments() {
    ShadowUpdate update =
        update("{'state':{'desired':{'t':20},'reported':{'t':20.0}},'clientToken':'x'}");
    assertThat(update.delta()).isNull();
    assertThat(text(update.documents()))
        .isEqualTo(
            "{'previous':{'state':{},'metadata':{},'version':0},"
                + "'current':{'state':{'desired':{'t':20},'reported':{'t':20.0}},"
                + "'metadata':{'desired':{'t':{'timestamp':1591140517}},"
                + "'reported':{'t':{'timestamp':1591140517}}},'version':1},"
                + "'timestamp':1591140517,'clientToken':'x'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|Invalid JSON",
        "{|Invalid JSON",
        "[]|Invalid JSON",
        "7|Invalid JSON",
        "{} {}|Invalid JSON",
        "{'state':{'desired':{'a':NaN}}}|Invalid JSON",
        "{}|Missing required node: state",
        "{'state':[]}|State node must be an object",
        "{'state':null}|State node must be an object",
        "{'state':{'desired':5}}|Desired node must be an object",
        "{'state':{'reported':[]}}|Reported node must be an object",
        "{'state':{},'version':'x'}|Invalid version",
        "{'state':{},'version':-1}|Invalid version",
        "{'state':{},'version':1.5}|Invalid version",
        "{'state':{},'version':99999999999999999999}|Invalid version",
        "{'version':'x','clientToken':7}|Invalid clientToken",
        "{'state':{'report':{'a':1}}}|State contains an invalid node",
        "{'state':{'desired':{'a':[{'b':null}]}}}|State contains an invalid node",
        "{'state':{'desired':{'a':'\\ud800'}}}|State contains an invalid node",
        "{'state':{'desired':{'\\udc00':1}}}|Invalid JSON",
      })
  void e14BadRequestsAreToldExactly(String request, String message) {
    rejected(request, "{'code':400,'message':'" + message + "'}");
    assertThat(shadow).isNull();
  }

  @Test
  void e14AnEmptyStateIsAcceptedAndCounts() {
    assertThat(text(update("{'state':{}}").accepted()))
        .isEqualTo("{'state':{},'metadata':{},'version':1,'timestamp':1591140517}");
  }

  @Test
  void aClientTokenHasAtMost64Bytes() {
    String most = "é".repeat(32);
    assertThat(text(update("{'state':{},'clientToken':'" + most + "'}").accepted()))
        .endsWith("'clientToken':'" + most + "'}");
    rejected(
        "{'state':{},'clientToken':'" + most + "x'}",
        "{'code':400,'message':'Invalid clientToken'}");
  }

  @Test
  void aTokenIsEchoedFromTheFirstCheckAfterIt() {
    rejected(
        "{'clientToken':'t'}",
        "{'code':400,'message':'Missing required node: state','clientToken':'t'}");
    rejected(
        "{'clientToken':'t','version':'x'}",
        "{'code':400,'message':'Invalid version','clientToken':'t'}");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] latin1 = {'{', '"', (byte) 0xe9, '"', '}'};
    assertThatThrownBy(() -> UpdateRequest.parse(latin1, Limits.DEFAULT.shadows()))
        .hasMessage("Unsupported documented encoding; supported encoding is UTF-8");
  }

  @Test
  void eightLevelsAreTheMostAndTheStackIsNeverAtStake() {
    update("{'state':{'desired':" + nested(8) + "}}");
    String tooDeep =
        "{'code':400,'message':'JSON contains too many levels of nesting; maximum is 6'}";
    rejected("{'state':{'desired':" + nested(9) + "}}", tooDeep);
    rejected("{'state':{'desired':" + nested(20_000) + "}}", tooDeep);
    rejected(
        "{'state':{'desired':{'a':" + "[".repeat(20_000) + "]".repeat(20_000) + "}}}", tooDeep);
  }

  private static String nested(int levels) {
    return "{'a':".repeat(levels) + "{'leaf':1}" + "}".repeat(levels);
  }

  @Test
  void theMergedStateHasAtMost8192Bytes() {
    int around = "{'reported':{'k':''}}".length();
    update("{'state':{'reported':{'k':'" + "x".repeat(8192 - around) + "'}}}");
    rejected(
        "{'state':{'reported':{'j':1}},'clientToken':'t'}",
        "{'code':413,'message':'The payload exceeds the maximum size allowed','clientToken':'t'}");
    update("{'state':{'reported':{'k':null,'j':1}}}");
    assertThat(get()).startsWith("{'state':{'reported':{'j':1}}");
  }

  @Test
  void aWholeDocumentCanBeWrittenBack() {
    update("{'state':{'desired':{'a':1,'b':[1,2]},'reported':{'a':2}}}");
    String whole = get();
    assertThat(whole).contains("'delta'");
    ShadowUpdate update = update(whole);
    assertThat(update.current().version()).isEqualTo(2);
    assertThat(get()).isEqualTo(whole.replace("'version':1", "'version':2"));
  }

  @Test
  void anAttributeNamedTimestampIsNotTakenForATime() {
    update("{'state':{'reported':{'a':{'timestamp':{'timestamp':1}}}}}");
    now++;
    update("{'state':{'reported':{'a':{'b':2}}}}");
    update("{'state':{'reported':{'b':{'timestamp':5}}}}");
    now++;
    update("{'state':{'reported':{'b':{'c':6}}}}");
    assertThat(get())
        .contains(
            "'metadata':{'reported':{'a':{'timestamp':{'timestamp':{'timestamp':1591140517}},"
                + "'b':{'timestamp':1591140518}},"
                + "'b':{'timestamp':{'timestamp':1591140518},'c':{'timestamp':1591140519}}}}");
  }

  @Test
  void numbersKeepEveryDigit() {
    update("{'state':{'reported':{'a':1.10,'b':123456789012345678901234567890,'c':1e400}}}");
    assertThat(get()).contains("'a':1.10,'b':123456789012345678901234567890,'c':1E+400");
  }

  @Test
  void aDeltaIsNotSentForAnUpdateThatTouchesNoneOfIt() {
    update("{'state':{'desired':{'a':{'x':1,'y':1}},'reported':{'b':1}}}");
    assertThat(update("{'state':{'reported':{'b':2,'a':{'z':1}}}}").delta()).isNull();
    assertThat(text(update("{'state':{'reported':{'a':{'x':1}}}}").delta())).isEqualTo("none");
    assertThat(text(update("{'state':{'reported':{'a':5}}}").delta()))
        .contains("'state':{'a':{'x':1,'y':1}}");
    assertThat(text(update("{'state':{'reported':null}}").delta()))
        .contains("'state':{'a':{'x':1,'y':1}}");
  }

  @Test
  void tokensOfGetAndDeleteAreReadLeniently() {
    assertThat(UpdateRequest.tokenOf(bytes("{'clientToken':'t','x':1}"))).isEqualTo("t");
    assertThat(UpdateRequest.tokenOf(bytes(""))).isNull();
    assertThat(UpdateRequest.tokenOf(bytes("nonsense"))).isNull();
    assertThat(UpdateRequest.tokenOf(bytes("{'clientToken':7}"))).isNull();
  }

  @Test
  void namesAreChecked() {
    assertThat(new ShadowName("a:B_9-", "$package").topicPrefix())
        .isEqualTo("$aws/things/a:B_9-/shadow/name/$package");
    assertThat(ShadowName.classic("t").topicPrefix()).isEqualTo("$aws/things/t/shadow");
    assertThatThrownBy(() -> ShadowName.classic("a b")).hasMessage("Thing not found");
    assertThatThrownBy(() -> ShadowName.classic("x".repeat(129))).hasMessage("Thing not found");
    assertThatThrownBy(() -> new ShadowName("t", "x".repeat(65)))
        .hasMessage("No shadow exists with name: '" + "x".repeat(65) + "'");
    assertThatThrownBy(() -> new ShadowName("t", "%s"))
        .isInstanceOf(ShadowException.class)
        .hasMessage("No shadow exists with name: '%s'");
    assertThatThrownBy(() -> new ShadowName("t", "a b"))
        .hasMessage("No shadow exists with name: 'a b'");
  }
}
