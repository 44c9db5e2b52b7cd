package io.thingstead.console;

import io.thingstead.api.ApiRequest;
import io.thingstead.api.ApiResponse;
import io.thingstead.api.Headers;
import io.thingstead.http.OperationTable;
import io.thingstead.net.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The console's files, as the module {@code console} has built them: each compressed twice and
 * listed in {@code files.json}. What has a hash in its name never changes and is kept by browsers
 * for a year; the page itself is asked for again each time. Any thread may call it.
 */
public final class ConsoleFiles {
  /** Where the console begins. */
  static final String HOME = "/console/";

  private static final String ASSETS = HOME + "assets/";
  private static final String FOLDER = "/io/thingstead/console/web/";
  private static final Set<Role> ADMIN = Set.of(Role.ADMIN, Role.ALL);
  private static final byte[] EMPTY = {};

  /**
   * Nothing of other origins, nothing inline, no frames; pictures and fonts may be in the bundle.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
          + " font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final Map<String, Entry> files = new HashMap<>();

  private record Entry(String name, String type, String etag) {}

  /** Reads the list; without one the console was not built, and answers so. */
  public ConsoleFiles() {
    byte[] list = read("files.json");
    if (list == null) {
      return;
    }
    for (JsonNode each : JsonMapper.builder().build().readTree(list)) {
      String name = each.path("name").asString();
      files.put(
          HOME + (name.equals("index.html") ? "" : name),
          new Entry(name, each.path("type").asString(), '"' + each.path("hash").asString() + '"'));
    }
  }

  public void bind(OperationTable table) {
    table.route(
        ADMIN,
        "GET",
        "/console",
        _ -> new ApiResponse(308, new Headers().add("Location", HOME), EMPTY));
    table.routeBelow(ADMIN, "GET", HOME, this::answer);
    table.routeBelow(ADMIN, "GET", ASSETS, this::answer);
  }

  private ApiResponse answer(ApiRequest request) {
    Entry file = files.get(request.path());
    if (file == null) {
      return notFound();
    }
    Headers headers =
        guarded()
            .add("Content-Type", file.type)
            .add("ETag", file.etag)
            .add("Vary", "Accept-Encoding")
            .add(
                "Cache-Control",
                request.path().startsWith(ASSETS)
                    ? "public, max-age=31536000, immutable"
                    : "no-cache");
    if (Arrays.asList(split(request, "If-None-Match")).contains(file.etag)) {
      return new ApiResponse(304, headers, EMPTY);
    }
    for (Encoding each : Encoding.values()) {
      byte[] body = accepts(request, each.token) ? read(file.name + each.suffix) : null;
      if (body != null) {
        return new ApiResponse(200, headers.add("Content-Encoding", each.token), body);
      }
    }
    return new ApiResponse(200, headers, unpacked(file));
  }

  /** In the order in which they are preferred. */
  private enum Encoding {
    BROTLI("br", ".br"),
    GZIP("gzip", ".gz");

    private final String token;
    private final String suffix;

    Encoding(String token, String suffix) {
      this.token = token;
      this.suffix = suffix;
    }
  }

  private static boolean accepts(ApiRequest request, String encoding) {
    return Arrays.stream(split(request, "Accept-Encoding"))
        .map(each -> each.toLowerCase(Locale.ROOT).replace(" ", ""))
        .anyMatch(
            each ->
                each.equals(encoding)
                    || each.startsWith(encoding + ";") && !each.matches(".*;q=0(\\.0*)?"));
  }

  private static String[] split(ApiRequest request, String header) {
    return Arrays.stream(String.join(",", request.headers().all(header)).split(",", -1))
        .map(String::strip)
        .toArray(String[]::new);
  }

  private static byte[] unpacked(Entry file) {
    byte[] packed = read(file.name + Encoding.GZIP.suffix);
    if (packed == null) {
      throw new IllegalStateException(
          "the console's list names " + file.name + ", which is absent");
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ApiResponse notFound() {
    String why =
        files.isEmpty()
            ? "this server was built without the console\n"
            : "the console has no such file: it begins at " + HOME + "\n";
    return new ApiResponse(
        404,
        guarded().add("Content-Type", "text/plain; charset=utf-8"),
        why.getBytes(StandardCharsets.UTF_8));
  }

  private static Headers guarded() {
    return new Headers()
        .add("Content-Security-Policy", POLICY)
        .add("X-Content-Type-Options", "nosniff")
        .add("Referrer-Policy", "no-referrer")
        .add("Cross-Origin-Opener-Policy", "same-origin")
        .add("Cross-Origin-Resource-Policy", "same-origin");
  }

  private static byte @Nullable [] read(String name) {
    try (InputStream in = ConsoleFiles.class.getResourceAsStream(FOLDER + name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the console's file " + name, e);
    }
  }
}
