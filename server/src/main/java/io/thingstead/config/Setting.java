package io.thingstead.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Every setting there is: its key, default and meaning. Flags, environment variables, checks of a
 * file's keys and {@code docs/configuration.md} all come from this one list.
 */
public enum Setting {
  DATA(
      Kind.TEXT,
      "DIRECTORY",
      "",
      "`data` beside the launcher",
      "Where everything is kept. Made at the first start, mode 0700; one server at a time."),
  HOST(
      Kind.LIST,
      "NAME|IP",
      "",
      "localhost, the machine's name and its addresses",
      "What the server is called: its certificate covers each, DescribeEndpoint answers the"
          + " first."),
  ACCOUNT(
      Kind.TEXT,
      "ID",
      "000000000000",
      "The first account, 12 digits. Fixed from the first start on, for it is part of every ARN."),
  REGION(
      Kind.TEXT,
      "NAME",
      "us-east-1",
      "The region in ARNs and signatures. Fixed from the first start on."),
  PROFILE(
      Kind.TEXT,
      "NAME",
      "thingstead",
      "`thingstead`: the cloud's behaviour with our improvements; `aws`: without them; `mqtt`: the"
          + " plain standard, without cloud limits and reserved topics."),
  LISTEN(
      Kind.LIST,
      "ADDRESS:PORT[=device|admin|all[/PROFILE]]",
      "",
      "0.0.0.0:8883=device, 127.0.0.1:8443=all",
      "Where to serve over TLS: MQTT and HTTPS on each port. *device* offers"
          + " the data plane, *admin* the control plane and metrics, *all* (the default) both;"
          + " a profile behind it replaces the account's for MQTT on this port."
          + " Port 0 takes a free one."),
  PLAIN_MQTT(
      Kind.TEXT,
      "ADDRESS:PORT[=PROFILE]",
      "",
      "none",
      "Serves MQTT without TLS, in the account's profile or the one given; callers are `anonymous`,"
          + " whose policy denies everything until it is changed. Loopback addresses only, unless"
          + " `plain-mqtt-anywhere`."),
  PLAIN_MQTT_ANYWHERE(
      Kind.FLAG,
      "",
      "false",
      "Lets `plain-mqtt` be other than a loopback address. What it carries can be read on the"
          + " way."),
  PLAIN_HTTP(
      Kind.TEXT,
      "ADDRESS:PORT",
      "",
      "none",
      "Serves the API without TLS, on a loopback address; requests are still signed."),
  DEV(
      Kind.FLAG,
      "",
      "false",
      "For work on one's own machine: everything on loopback; also plain MQTT on 127.0.0.1:1883 in"
          + " the `mqtt` profile for anyone local, plain HTTP on 127.0.0.1:8080, and"
          + " `allow-reset`."),
  ALLOW_RESET(
      Kind.FLAG,
      "",
      "false",
      "Offers `POST /_thingstead/reset`, which empties the server, to administrators."),
  MASTER_KEY_SECRET(
      Kind.TEXT,
      "SOURCE",
      "prompt",
      "Where the passphrase of `master.key` comes from, or its token's PIN, if it is sealed"
          + " (`./thingstead key --help`): `prompt` at the terminal, `file:PATH`, `fd:NUMBER` or"
          + " `env:NAME`. Never the secret itself."),
  MASTER_KEY_TOKEN(
      Kind.TEXT,
      "FILE",
      "",
      "none",
      "The PKCS#11 token that seals `master.key`, if one does: a configuration of the JDK's PKCS#11"
          + " provider (`name`, `library`, `slot`)."),
  ALLOW_TARGET(
      Kind.LIST,
      "IP|CIDR|NAME",
      "",
      "none",
      "Addresses in loopback or private ranges that rule actions may call; the others are open."),
  ALLOW_UNSANDBOXED_FUNCTIONS(
      Kind.FLAG,
      "",
      "false",
      "Runs functions without a sandbox, so that they may do all that the server's user may."
          + " Without it, functions need Bubblewrap (`bwrap`)."),
  OPEN_FUNCTION_NETWORK(
      Kind.FLAG,
      "",
      "false",
      "Lets functions in the sandbox use the machine's network; without it they reach this server"
          + " alone."),
  ALLOW_ORIGIN(
      Kind.LIST,
      "ORIGIN",
      "",
      "none",
      "Origins of web pages, such as `https://app.example.org`, that may call the ports without TLS"
          + " and open a WebSocket with a client certificate; the server's own may always, and a"
          + " WebSocket over TLS with a signature needs none."),
  READY_FILE(
      Kind.TEXT,
      "FILE",
      "",
      "none",
      "Written when the server is ready, deleted at its start: for machines that wait for it."),
  SERVER_CERTIFICATE(
      Kind.TEXT,
      "FILE",
      "",
      "issued by the server's own CA",
      "The server's certificate chain in PEM form, its own first; read again when it changes."),
  SERVER_KEY(
      Kind.TEXT,
      "FILE",
      "",
      "none",
      "The private key of `server-certificate`, PEM, not encrypted."),
  REVOCATION_LIST(
      Kind.LIST,
      "FILE",
      "",
      "none",
      "Lists of certificates that their CAs have revoked (CRL, PEM or DER): clients with one of"
          + " them are refused at the handshake. Read again when they change."),
  FREE_SPACE_LOW(
      Kind.TEXT,
      "BYTES",
      "512MiB",
      "Below so much free disk space changes are refused; reads and QoS 0 go on."),
  FREE_SPACE_HIGH(
      Kind.TEXT, "BYTES", "640MiB", "From so much free disk space on changes are taken again."),
  EVENT_LOOPS(Kind.TEXT, "COUNT", "0", "Threads for connections; 0 for one per core."),
  SHARD_LOOPS(Kind.TEXT, "COUNT", "0", "Threads for stored state; 0 for one per core."),
  HANDSHAKE_TIMEOUT(
      Kind.TEXT,
      "DURATION",
      "10s",
      "How long a new connection may take for TLS and its first request."),
  HTTP_HEADER_BYTES(
      Kind.TEXT,
      "BYTES",
      "32KiB",
      "The longest head of an HTTP request; longer ones get 431. The properties of one message take"
          + " up to 22 KiB."),
  CONNECTIONS_PER_ADDRESS(
      Kind.TEXT, "COUNT", "10000", "Connections from one IP address; further ones are closed."),
  FAILURES_PER_ADDRESS(
      Kind.TEXT,
      "COUNT",
      "60",
      "Callers from one IP address (an IPv6 /64) that may fail in a minute to prove who they are;"
          + " the second half is answered a second late, further ones are refused until the minute"
          + " is over. 0: any number."),
  UNCOUNTED_ADDRESS(
      Kind.LIST,
      "IP|CIDR",
      "",
      "127.0.0.0/8, ::1",
      "Addresses whose callers may fail as often as they like, such as a proxy that all come"
          + " through. Replaces the default: loopback then counts too, unless it is named."),
  DRAIN_TIMEOUT(
      Kind.TEXT, "DURATION", "10s", "How long a stop waits for what has been begun to end."),
  LOG_LEVEL(Kind.TEXT, "LEVEL", "info", "`error`, `warning`, `info`, `debug` or `trace`."),
  LOG_FORMAT(Kind.TEXT, "FORMAT", "text", "`text` for people, `json` for machines."),
  REFUSALS_PER_SECOND(
      Kind.TEXT,
      "COUNT",
      "20",
      "Refusals logged each second, per account; the rest are counted and summed up in one line.");

  /** How a setting is given. */
  public enum Kind {
    /** One value. */
    TEXT,
    /** On or off. */
    FLAG,
    /** Any number of values: the flag repeats; in the environment, commas part them. */
    LIST
  }

  private final Kind kind;
  private final String label;
  private final String initial;
  private final String shownInitial;
  private final String meaning;

  Setting(Kind kind, String label, String initial, String shownInitial, String meaning) {
    this.kind = kind;
    this.label = label;
    this.initial = initial;
    this.shownInitial = shownInitial;
    this.meaning = meaning;
  }

  Setting(Kind kind, String label, String initial, String meaning) {
    this(kind, label, initial, initial, meaning);
  }

  /** In a file, and with {@code --} in front as a flag. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The environment variable. */
  public String variable() {
    return "THINGSTEAD_" + name();
  }

  public Kind kind() {
    return kind;
  }

  /** What stands for its value in help: {@code FILE}. */
  public String label() {
    return label;
  }

  /** Its default as it could be written, or empty when there is none or it is found out. */
  String initial() {
    return initial;
  }

  /** Its default, for people. */
  public String shownInitial() {
    return shownInitial;
  }

  /** One or two sentences in Markdown. */
  public String meaning() {
    return meaning;
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Setting::key).toList();
  }
}
