package io.thingstead.cli;

import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** The option that chooses between people and programs. */
final class Output {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Forms of a result. */
  enum Form {
    TEXT,
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "The form of the result. Default: text.")
  private Form form = Form.TEXT;

  boolean json() {
    return form == Form.JSON;
  }

  void print(Surroundings surroundings, Object result) {
    surroundings.out().println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result));
  }
}
