package io.thingstead.model.sql;

import static io.thingstead.model.sql.Messages.json;
import static io.thingstead.model.sql.Messages.raw;
import static io.thingstead.model.sql.Messages.select;
import static io.thingstead.model.sql.Messages.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thingstead.model.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the conformance table that need no other service; the number names the row. */
class ConformanceTest {
  private static final String P1 = "{\"color\":\"red\",\"temperature\":50}";
  private static final String P2 = "{\"a\":{\"b\":\"c\"},\"arr\":[1,2,3,4]}";
  private static final String PE =
      """
      {"e":[{"n":"temperature","u":"Cel","t":1234,"v":22.5},\
      {"n":"light","u":"lm","t":1235,"v":135},{"n":"acidity","u":"pH","t":1235,"v":7}]}\
      """;
  private static final String V2 = "2016-03-23";

  record Row(String number, String expression, String expected) {}

  static Stream<Row> rows() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ConformanceTest.class.getResourceAsStream("expressions.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" => ", 3))
          .map(parts -> new Row(parts[0], parts[1], parts[2]));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void expressionGivesWhatTheTableSays(Row row) {
    if (row.expected().equals("U")) {
      assertThat(value("isUndefined(" + row.expression() + ")")).isEqualTo("true");
      assertThat(value(row.expression())).isEmpty();
    } else {
      assertThat(value(row.expression())).isEqualTo(row.expected());
    }
  }

  private static String value(String expression) {
    RuleStatement statement = RuleStatement.parse("SELECT VALUE " + expression, V2);
    return text(statement.evaluate(json("things/myThings/thingOne", "{}")));
  }

  @Test
  void selectItems() { // rows 1 to 8
    assertThat(select("SELECT *", P1)).isEqualTo(P1);
    assertThat(select("SELECT color", P1)).isEqualTo("{\"color\":\"red\"}");
    assertThat(select("SELECT color AS my_color", P1)).isEqualTo("{\"my_color\":\"red\"}");
    assertThat(select("SELECT color as my_color, temperature as fahrenheit", P1))
        .isEqualTo("{\"my_color\":\"red\",\"fahrenheit\":50}");
    assertThat(select("SELECT *, 15 as speed", P1))
        .isEqualTo("{\"color\":\"red\",\"temperature\":50,\"speed\":15}");
    assertThat(select("SELECT VALUE color", P1)).isEqualTo("\"red\"");
    assertThat(
            select(
                "SELECT color.red as red_value",
                "{\"color\":{\"red\":255,\"green\":0,\"blue\":0},\"temperature\":50}"))
        .isEqualTo("{\"red_value\":255}");
    assertThat(select("SELECT (temperature - 32) * 5 / 9 AS celsius, upper(color) as my_color", P1))
        .isEqualTo("{\"celsius\":10,\"my_color\":\"RED\"}");
  }

  @Test
  void where() { // rows 9 and 10
    assertThat(
            select(
                "SELECT color AS rgb FROM 'a/b/c' WHERE temperature > 50",
                "{\"color\":\"red\",\"temperature\":100}"))
        .isEqualTo("{\"rgb\":\"red\"}");
    assertThat(
            select(
                "SELECT color AS rgb FROM 'a/b/c' WHERE temperature > 50 AND color <> 'red'",
                "{\"color\":\"red\",\"temperature\":40}"))
        .isEqualTo("no match");
    assertThat( // row 18
            select(
                "SELECT * FROM 'a/b/c'"
                    + " WHERE get(get(get(mydata,\"item2\"),\"0\"),\"my-key\") = \"myValue\"",
                "{\"mydata\":{\"item2\":{\"0\":{\"my-key\":\"myValue\"}}}}"))
        .startsWith("{\"mydata\"");
  }

  @Test
  void base64OfWhatIsNoObject() { // rows 11, 24, 76
    assertThat(
            select(
                "SELECT decode(encode(*,'base64'),'base64') AS value FROM 'a'"
                    + " WHERE decode(encode(*,'base64'),'base64') > 50",
                "80"))
        .isEqualTo("{\"value\":80}");
    assertThat(
            select(
                "SELECT decode(encoded_temp,\"base64\").temperature AS temp",
                "{\"encoded_temp\":\"eyAidGVtcGVyYXR1cmUiOiAzMyB9Cg==\"}"))
        .isEqualTo("{\"temp\":33}");
    assertThat(select("SELECT VALUE encode(*,'base64')", "{\"a\":1}"))
        .isEqualTo("\"eyJhIjoxfQ==\"");
  }

  @Test
  void literals() { // rows 12, 13, 30, 31
    assertThat(
            select(
                "SELECT {'latitude': get(lat_long,0),'longitude':get(lat_long,1)} as lat_long",
                "{\"lat_long\":[47.606,-122.332]}"))
        .isEqualTo("{\"lat_long\":{\"latitude\":47.606,\"longitude\":-122.332}}");
    assertThat(select("SELECT [lat,long] as lat_long", "{\"lat\":47.696,\"long\":-122.332}"))
        .isEqualTo("{\"lat_long\":[47.696,-122.332]}");
    assertThat(select("SELECT NULL AS n", "{}")).isEqualTo("{\"n\":null}");
    assertThat(select("SELECT foo, bar", "{\"foo\":null}")).isEqualTo("{\"foo\":null}");
  }

  @Test
  void caseChooses() { // rows 14, 15, 16
    String whens = "CASE color WHEN 'green' THEN 'go' WHEN 'yellow' THEN 'caution' ";
    String all = "SELECT " + whens + "ELSE 'unknown' END AS instructions";
    assertThat(select(all, "{\"color\":\"yellow\"}")).isEqualTo("{\"instructions\":\"caution\"}");
    assertThat(select(all, "{\"color\":\"blue\"}")).isEqualTo("{\"instructions\":\"unknown\"}");
    assertThat(select("SELECT " + whens + "END AS instructions", "{\"color\":\"blue\"}"))
        .isEqualTo("{}");
    assertThat(select(all, "{}")).isEqualTo("{}");
  }

  @Test
  void pathsMakeNestedOutput() { // rows 17, 19
    assertThat(
            select("SELECT foo.bar AS bar.baz", "{\"foo\":{\"bar\":\"RED\",\"bar1\":\"GREEN\"}}"))
        .isEqualTo("{\"bar\":{\"baz\":\"RED\"}}");
    assertThat(
            select(
                "SELECT temp, md5(deviceid) AS hashed_id",
                "{\"deviceid\":\"iot123\",\"temp\":54.98}"))
        .isEqualTo("{\"temp\":54.98,\"hashed_id\":\"e37f81fb397e595c4aeb5645b8cbbbd1\"}");
  }

  @Test
  void nestedQueries() { // rows 20 to 23
    assertThat(select("SELECT (SELECT VALUE n FROM e) as sensors", PE))
        .isEqualTo("{\"sensors\":[\"temperature\",\"light\",\"acidity\"]}");
    assertThat(select("SELECT (SELECT v FROM e WHERE n = 'temperature') as temperature", PE))
        .isEqualTo("{\"temperature\":[{\"v\":22.5}]}");
    assertThat(
            select("SELECT get((SELECT v FROM e WHERE n = 'temperature'), 0).v as temperature", PE))
        .isEqualTo("{\"temperature\":22.5}");
    assertThat(select("SELECT VALUE arr", P2)).isEqualTo("[1,2,3,4]");
  }

  @Test
  void transform() { // rows 25 to 27
    String payload =
        """
        {"attributes":{"data1":1,"data2":2},"values":[{"a":3},{"b":4},{"c":5}]}\
        """;
    assertThat(select("select value transform(\"enrichArray\", attributes, values)", payload))
        .isEqualTo(
            """
            [{"a":3,"data1":1,"data2":2},{"b":4,"data1":1,"data2":2},\
            {"c":5,"data1":1,"data2":2}]\
            """);
    assertThat(
            select(
                "select value transform(\"enrichArray\", {\"key\": attributes.data1}, values)",
                payload))
        .isEqualTo("[{\"a\":3,\"key\":1},{\"b\":4,\"key\":1},{\"c\":5,\"key\":1}]");
    assertThat(
            select(
                "select value transform('enrichArray', (select a, b from data2),"
                    + " (select value c from data2))",
                """
                {"data1":"example","data2":{"a":"first","b":"second","c":\
                [{"x":{"i":5,"s":"hello"},"y":true},{"x":{"i":10,"s":"world"},"y":false}]}}\
                """))
        .isEqualTo(
            """
            [{"x":{"i":5,"s":"hello"},"y":true,"a":"first","b":"second"},\
            {"x":{"i":10,"s":"world"},"y":false,"a":"first","b":"second"}]\
            """);
  }

  @Test
  void timesAndVariables() { // rows 28, 29
    assertThat(
            select(
                "SELECT parse_time(\"yyyy.MM.dd G 'at' HH:mm:ss z\", 100000000,"
                    + " 'America/Belize') as ts",
                "{}"))
        .isEqualTo("{\"ts\":\"1970.01.01 AD at 21:46:40 CST\"}");
    assertThat(
            select(
                "SET @s = device1.deviceData.sensors SELECT @s.temp_fahrenheit AS temp_fahrenheit,"
                    + " @s.humidity as humidity, device1.deviceId as deviceId",
                """
                {"device1":{"deviceId":"weather_sensor","deviceData":\
                {"sensors":{"temp_fahrenheit":75,"humidity":60}}}}\
                """))
        .isEqualTo("{\"temp_fahrenheit\":75,\"humidity\":60,\"deviceId\":\"weather_sensor\"}");
  }

  @Test
  void messageWithoutMqtt() { // rows 63, 93, 222
    Input http =
        new Input(
            "123456789012",
            "a",
            new byte[0],
            null,
            null,
            null,
            null,
            Input.Properties.NONE,
            0,
            new Random(1));
    String sql =
        "SELECT clientid() AS c, get_mqtt_property('format_indicator') AS f,"
            + " get_mqtt_property('content_type') AS t, principal() AS p, sourceip() AS i,"
            + " traceid() AS r";
    assertThat(text(RuleStatement.parse(sql, V2).evaluate(http)))
        .isEqualTo("{\"c\":\"n/a\",\"f\":\"UNSPECIFIED_BYTES\"}");
  }

  @Test
  void topicWithoutThePrefixOfBasicIngest() { // rows 172, 173
    Input input = json("Buildings/Building5/Floor2/Room201/Lights", "{}");
    assertThat(text(RuleStatement.parse("SELECT VALUE topic()", V2).evaluate(input)))
        .isEqualTo("\"Buildings/Building5/Floor2/Room201/Lights\"");
    assertThat(text(RuleStatement.parse("SELECT VALUE topic(3)", V2).evaluate(input)))
        .isEqualTo("\"Floor2\"");
  }

  @Test
  void oldVersionKeepsWholeDecimals() { // row 206, and the version notes of others
    assertThat(old("7 / 2.0")).isEqualTo("3.5");
    assertThat(old("asin(0)")).isEqualTo("0.0");
    assertThat(old("log(100)")).isEqualTo("2.0");
    assertThat(old("cast(10 as Double)")).isEqualTo("10.0");
    assertThat(old("a")).isEqualTo("10.0");
    assertThat(old("b"))
        .isEqualTo("failure: an array as the whole output needs" + " awsIotSqlVersion 2016-03-23");
    assertThatThrownBy(() -> old("cast(1 as Bool)")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> old("[1]")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> old("{}")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> old("(SELECT a FROM b)")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> old("length('a')")).isInstanceOf(ApiException.class);
  }

  private static String old(String expression) {
    return text(
        RuleStatement.parse("SELECT VALUE " + expression, null)
            .evaluate(json("a", "{\"a\":10.0,\"b\":[1]}")));
  }

  @Test
  void bytesThatAreNotJson() { // rows 211, 212
    byte[] binary = {1, 0, (byte) 0xFF, '{'};
    assertThat(RuleStatement.parse("SELECT * FROM 'a'", V2).evaluate(raw("a", binary)))
        .isInstanceOfSatisfying(
            Outcome.Output.class,
            output -> {
              assertThat(output.bytes()).isEqualTo(binary);
              assertThat(output.json()).isFalse();
            });
    assertThat(text(RuleStatement.parse("SELECT *, a, 1 AS x", V2).evaluate(raw("a", binary))))
        .isEqualTo("{\"base64OriginalPayload\":\"AQD/ew==\",\"x\":1}");
    assertThat(select("SELECT VALUE missing", P1)).isEmpty();
  }

  @Test
  void templates() { // rows 214, 215
    RuleStatement statement = RuleStatement.parse("SET @v = a.b SELECT *", V2);
    Evaluation evaluation = statement.open(json("my/iot/topic", P2));
    assertThat(render(statement, evaluation, "${parse_time('yyyy', timestamp(), 'UTC')}"))
        .isEqualTo("2023");
    assertThat(render(statement, evaluation, "${topic()}/republish"))
        .isEqualTo("my/iot/topic/republish");
    assertThat(render(statement, evaluation, "x${'}'}${get({'k':{'l':@v}},'k').l}$y$"))
        .isEqualTo("x}c$y$");
    assertThat(render(statement, evaluation, "${arr}${1 = 1}${7}")).isEqualTo("[1,2,3,4]true7");
    assertThat(render(statement, evaluation, "a${missing}")).isNull();
    assertThat(render(statement, evaluation, "a${null}")).isNull();
    for (String bad : List.of("${", "${topic()", "${}", "${a b}", "${@w}", "${nope()}")) {
      assertThatThrownBy(() -> statement.template(bad)).as(bad).isInstanceOf(ApiException.class);
    }
  }

  private static @org.jspecify.annotations.Nullable String render(
      RuleStatement statement, Evaluation evaluation, String template) {
    return evaluation.render(statement.template(template));
  }

  @Test
  void userProperties() { // rows 216 to 219
    Input.Properties properties =
        new Input.Properties(
            true,
            "text/plain",
            "r/t",
            new byte[] {1},
            List.of(
                new Input.Properties.User("some key", "some value"),
                new Input.Properties.User("a different key", "a different value"),
                new Input.Properties.User("some key", "value with duplicate key")));
    Input input =
        new Input(
            "123456789012", "a", new byte[0], "c", null, null, null, properties, 0, new Random(1));
    assertThat(value("get_user_properties('some key')", input))
        .isEqualTo("[\"some value\",\"value with duplicate key\"]");
    assertThat(value("get_user_properties('a different key')", input))
        .isEqualTo("[\"a different value\"]");
    assertThat(value("get_user_properties()", input))
        .isEqualTo(
            """
            [{"some key":"some value"},{"a different key":"a different value"},\
            {"some key":"value with duplicate key"}]\
            """);
    assertThat(value("isUndefined(get_user_properties('non-existent key'))", input))
        .isEqualTo("true");
    assertThat(value("get_mqtt_property('format_indicator')", input)).isEqualTo("\"UTF8_DATA\"");
    assertThat(value("get_mqtt_property('correlation_data')", input)).isEqualTo("\"AQ==\"");
    assertThat(value("get_mqtt_property('response_topic')", input)).isEqualTo("\"r/t\"");
  }

  private static String value(String expression, Input input) {
    return text(RuleStatement.parse("SELECT VALUE " + expression, V2).evaluate(input));
  }
}
