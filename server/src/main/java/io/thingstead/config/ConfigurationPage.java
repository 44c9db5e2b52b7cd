package io.thingstead.config;

/** Renders {@code docs/configuration.md}. */
final class ConfigurationPage {
  private ConfigurationPage() {}

  static String render() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Nothing needs to be set. A setting is given as a flag of `./thingstead up` (`--listen …`), as an
            environment variable (`THINGSTEAD_LISTEN=…`, lists with commas), or in a file: `--config FILE`,
            else `$THINGSTEAD_CONFIG`, else `thingstead.conf` in the data directory. The first of these that
            has it wins. The file is [HOCON](https://github.com/lightbend/config/blob/main/HOCON.md), of which
            JSON and `key = value` lines are a part:

            ```
            host = [iot.example.org, 192.168.1.20]
            listen = ["0.0.0.0:8883=device", "0.0.0.0:8443=all"]
            free-space-low = 2GiB
            ```

            A key that is not in this table ends the start, and the message names the nearest one. Sizes are
            written like `16KiB` or `2GiB`, durations like `500ms`, `10s` or `5m`.

            | key | value | default | meaning |
            |---|---|---|---|
            """);
    for (Setting setting : Setting.values()) {
      page.append("| `")
          .append(setting.key())
          .append("` | ")
          .append(value(setting))
          .append(" | ")
          .append(setting.shownInitial())
          .append(" | ")
          .append(setting.meaning())
          .append(" |\n");
    }
    page.append(
        """

        The launcher itself reads `THINGSTEAD_JAVA_HOME` (a JDK 25) and `THINGSTEAD_JAVA_OPTS` (options for
        the JVM, such as `-Xmx2g`).

        This page is written by `ConfigurationPage`; `ConfigurationPageTest` keeps it true.
        """);
    return page.toString();
  }

  private static String value(Setting setting) {
    return switch (setting.kind()) {
      case FLAG -> "true or false";
      case TEXT -> setting.label().replace("|", "\\|");
      case LIST -> setting.label().replace("|", "\\|") + ", repeatable";
    };
  }
}
