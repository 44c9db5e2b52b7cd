package io.thingstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;

/** Functions of each language in real processes, called by the unchanged AWS SDK for Java. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FunctionRunTest {

  private @Nullable RunningNode node;
  private @Nullable LambdaClient client;
  private String role = "";

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    RunningNode started = new RunningNode(directory, FunctionCode.settings());
    node = started;
    client = started.lambda();
    role = started.functionRole();
  }

  @AfterAll
  void stop() {
    lambda().close();
    Objects.requireNonNull(node).close();
  }

  private LambdaClient lambda() {
    return Objects.requireNonNull(client);
  }

  private void make(String name, String runtime, String handler, SdkBytes zip) {
    lambda()
        .createFunction(
            f ->
                f.functionName(name)
                    .runtime(runtime)
                    .handler(handler)
                    .role(role)
                    .timeout(3)
                    .environment(e -> e.variables(Map.of("OWN", "value of mine")))
                    .code(c -> c.zipFile(zip)));
  }

  private InvokeResponse call(String name, String payload) {
    return lambda()
        .invoke(
            i ->
                i.functionName(name)
                    .logType(LogType.TAIL)
                    .payload(SdkBytes.fromUtf8String(payload)));
  }

  private static String log(InvokeResponse answer) {
    return new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);
  }

  @Test
  void aHandlerForNodeGetsItsEventAndAnswers() {
    make(
        "node",
        "nodejs20.x",
        "index.handler",
        FunctionCode.zip(
            "index.js",
            """
            let count = 0;
            exports.handler = async (event, context) => {
              console.log('got', event.n);
              return { n: event.n + 1, count: ++count, own: process.env.OWN,
                name: context.functionName, arn: context.invokedFunctionArn,
                left: context.getRemainingTimeInMillis() > 0, region: process.env.AWS_REGION };
            };
            """));

    InvokeResponse first = call("node", "{\"n\": 41}");

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.functionError()).isNull();
    assertThat(first.executedVersion()).isEqualTo("$LATEST");
    assertThat(first.payload().asUtf8String())
        .isEqualTo(
            "{\"n\":42,\"count\":1,\"own\":\"value of mine\",\"name\":\"node\","
                + "\"arn\":\"arn:aws:lambda:us-east-1:000000000000:function:node\","
                + "\"left\":true,\"region\":\"us-east-1\"}");
    assertThat(log(first)).contains("START RequestId: ", "\tINFO\tgot 41\n", "REPORT RequestId: ");
    assertThat(call("node", "{\"n\": 1}").payload().asUtf8String())
        .as("the same process")
        .contains("\"count\":2");
  }

  @Test
  void aHandlerForPythonGetsItsEventAndAnswers() {
    make(
        "python",
        "python3.12",
        "app.handle",
        FunctionCode.zip(
            "app.py",
            """
            import os
            def handle(event, context):
                print("got", event["n"])
                return {"n": event["n"] + 1, "own": os.environ["OWN"], "name": context.function_name}
            """));

    InvokeResponse answer = call("python", "{\"n\": 41}");

    assertThat(answer.functionError()).isNull();
    assertThat(answer.payload().asUtf8String())
        .isEqualTo("{\"n\": 42, \"own\": \"value of mine\", \"name\": \"python\"}");
    assertThat(log(answer)).contains("got 41\n");
  }

  @Test
  void anExecutableOfItsOwnSpeaksTheRuntimeApi() {
    make(
        "own",
        "provided.al2023",
        "unused",
        FunctionCode.zip(
            "bootstrap",
            """
            #!/bin/sh
            api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
            while :; do
              event=$(curl -sS -D /tmp/head "$api/next") || exit 1
              id=$(grep -i lambda-runtime-aws-request-id /tmp/head | tr -d '\\r' | cut -d' ' -f2)
              curl -sS "$api/$id/response" -d "{\\"own\\": $event}" >/dev/null
            done
            """));

    assertThat(call("own", "[1, 2]").payload().asUtf8String()).isEqualTo("{\"own\": [1, 2]}");
    assertThat(call("own", "3").payload().asUtf8String()).isEqualTo("{\"own\": 3}");
  }

  private static boolean sleeps(ProcessHandle process) {
    return process.info().commandLine().orElse("").endsWith("sleep 86399");
  }

  /** A function for Node.js of one file. */
  private void node(String name, String code) {
    make(name, "nodejs20.x", "index.handler", FunctionCode.zip("index.js", code));
  }

  @Test
  void anErrorOfTheHandlerIsToldAndTheProcessGoesOn() {
    node(
        "throws",
        """
        let count = 0;
        exports.handler = async (event) => {
          count++;
          if (event.fail) throw new TypeError('not today');
          return count;
        };
        """);

    InvokeResponse answer = call("throws", "{\"fail\": true}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.functionError()).isEqualTo("Unhandled");
    assertThat(answer.payload().asUtf8String())
        .contains("\"errorType\":\"TypeError\"", "\"errorMessage\":\"not today\"");
    assertThat(call("throws", "{}").payload().asUtf8String()).isEqualTo("2");
  }

  @Test
  void anErrorOfPythonIsToldWithItsTrace() {
    make(
        "raises",
        "python3.11",
        "a.handle",
        FunctionCode.zip("a.py", "def handle(event, context):\n    raise KeyError('k')\n"));

    InvokeResponse answer = call("raises", "{}");

    assertThat(answer.functionError()).isEqualTo("Unhandled");
    assertThat(answer.payload().asUtf8String()).contains("\"errorType\": \"KeyError\"", "/a.py");
  }

  @Test
  void aProcessThatDiesIsAnErrorAndTheNextEventHasANewOne() {
    node(
        "dies",
        """
        exports.handler = async (event) => {
          if (event.die) process.exit(3);
          return 'alive';
        };
        """);

    InvokeResponse answer = call("dies", "{\"die\": true}");

    assertThat(answer.functionError()).isEqualTo("Unhandled");
    assertThat(answer.payload().asUtf8String())
        .contains("Runtime.ExitError", "Runtime exited with error: exit status 3");
    assertThat(call("dies", "{}").payload().asUtf8String()).isEqualTo("\"alive\"");
  }

  @Test
  void codeThatCannotBeLoadedIsAnErrorThatSaysWhy() {
    node("broken", "throw new Error('in the module');");
    assertThat(call("broken", "{}").payload().asUtf8String()).contains("in the module");
    make("missing", "nodejs20.x", "other.handler", FunctionCode.zip("index.js", ""));
    assertThat(call("missing", "{}").payload().asUtf8String())
        .contains("Runtime.ImportModuleError");
    make("nothing", "python3.12", "a.handle", FunctionCode.zip("a.py", ""));
    assertThat(call("nothing", "{}").payload().asUtf8String()).contains("Runtime.HandlerNotFound");
  }

  @Test
  void aRunThatIsTooLongIsStoppedWithAllThatItHasStarted() {
    lambda()
        .createFunction(
            f ->
                f.functionName("slow")
                    .runtime("nodejs20.x")
                    .handler("index.handler")
                    .role(role)
                    .timeout(1)
                    .code(
                        c ->
                            c.zipFile(
                                FunctionCode.zip(
                                    "index.js",
                                    """
                                    const { spawn } = require('node:child_process');
                                    exports.handler = () => {
                                      spawn('sleep', ['86399'], { detached: true });
                                      return new Promise(() => setInterval(() => {}, 1000));
                                    };
                                    """))));

    InvokeResponse answer = call("slow", "{}");

    assertThat(answer.functionError()).isEqualTo("Unhandled");
    assertThat(answer.payload().asUtf8String()).contains("Task timed out after 1.00 seconds");
    while (ProcessHandle.allProcesses().anyMatch(FunctionRunTest::sleeps)) {
      Thread.onSpinWait(); // the kernel ends it; the test's own time limit ends this
    }
  }

  @Test
  void memoryBeyondTheFunctionsOwnIsRefusedByTheKernel() {
    make(
        "large",
        "python3.12",
        "a.handle",
        FunctionCode.zip(
            "a.py",
            """
            def handle(event, context):
                return len(bytearray(event << 20))
            """));

    assertThat(call("large", "16").payload().asUtf8String()).isEqualTo("16777216");
    InvokeResponse answer = call("large", "200");
    assertThat(answer.functionError()).isEqualTo("Unhandled");
    assertThat(answer.payload().asUtf8String()).contains("MemoryError");
  }

  @Test
  void theSandboxHasNothingOfTheMachineAndNoNetworkButTheServer() throws IOException {
    assumeTrue(FunctionCode.isSandboxed(), "bubblewrap does not work here");
    RunningNode server = Objects.requireNonNull(node);
    node(
        "prisoner",
        """
        const fs = require('node:fs');
        const net = require('node:net');
        const attempt = (action) => { try { return action(); } catch (e) { return e.code; } };
        const reach = (port) => new Promise((resolve) => {
          const socket = net.connect(port, '127.0.0.1');
          socket.on('connect', () => resolve('open'));
          socket.on('error', (e) => resolve(e.code));
        });
        exports.handler = async (event) => ({
          data: attempt(() => fs.readdirSync(event.data)),
          home: attempt(() => fs.readdirSync('/root')),
          write: attempt(() => fs.writeFileSync('/var/task/x', '')),
          usr: attempt(() => fs.writeFileSync('/usr/x', '')),
          tmp: attempt(() => fs.readdirSync('/tmp')),
          room: attempt(() => { for (;;) fs.appendFileSync('/tmp/x', Buffer.alloc(16 << 20)); }),
          processes: fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length < 5,
          plain: await reach(event.port),
          internet: Object.keys(require('node:os').networkInterfaces()),
        });
        """);

    String said =
        call(
                "prisoner",
                "{\"data\": \"%s\", \"port\": %d}"
                    .formatted(server.ca().getParent(), server.plainMqtt()))
            .payload()
            .asUtf8String();

    assertThat(said)
        .isEqualTo(
            "{\"data\":\"ENOENT\",\"home\":\"ENOENT\",\"write\":\"EROFS\",\"usr\":\"EROFS\","
                + "\"tmp\":[],\"room\":\"ENOSPC\",\"processes\":true,\"plain\":\"ECONNREFUSED\","
                + "\"internet\":[\"lo\"]}");
  }

  @Test
  void itsVariablesReachNothingOutsideOfTheSandbox() {
    lambda()
        .createFunction(
            f ->
                f.functionName("variables")
                    .runtime("nodejs20.x")
                    .handler("index.handler")
                    .role(role)
                    .environment(
                        e ->
                            e.variables(
                                Map.of("LD_PRELOAD", "/no/such.so", "QUOTED", "it's $HOME `id`")))
                    .code(
                        c ->
                            c.zipFile(
                                FunctionCode.zip(
                                    "index.js",
                                    "exports.handler = async () => process.env.QUOTED;"))));

    InvokeResponse answer = call("variables", "{}");

    assertThat(answer.payload().asUtf8String()).isEqualTo("\"it's $HOME `id`\"");
    // The loader complains once, of the program inside, and not of those that make the sandbox.
    assertThat(log(answer).split("/no/such.so", -1)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void aFunctionReachesTheServerByTlsUnderItsCa() {
    node(
        "calls",
        """
        exports.handler = async () => {
          const answer = await fetch(process.env.AWS_ENDPOINT_URL + '/healthz');
          return (await answer.text()).trim() + ' ' + (process.env.AWS_ACCESS_KEY_ID ? 'key' : '');
        };
        """);
    assertThat(call("calls", "{}").payload().asUtf8String()).isEqualTo("\"ok key\"");
    make(
        "pycalls",
        "python3.12",
        "a.handle",
        FunctionCode.zip(
            "a.py",
            """
            import os, ssl, urllib.request
            def handle(event, context):
                tls = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
                url = os.environ["AWS_ENDPOINT_URL"] + "/healthz"
                return urllib.request.urlopen(url, context=tls).read().decode().strip()
            """));
    assertThat(call("pycalls", "{}").payload().asUtf8String()).isEqualTo("\"ok\"");
  }

  @Test
  void anAsynchronousCallIsMadeAgainWhenTheFunctionFails() throws Exception {
    node(
        "later",
        """
        let tries = 0;
        exports.handler = async (event) => {
          console.log('try', ++tries, event.n);
          if (tries < 2) throw new Error('again');
          console.log('done');
        };
        """);

    assertThat(
            lambda()
                .invoke(
                    i ->
                        i.functionName("later")
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String("{\"n\": 5}")))
                .statusCode())
        .isEqualTo(202);

    awaitLog("later", "INFO\\tdone");
    assertThat(log("later")).contains("INFO\\ttry 1 5", "INFO\\ttry 2 5");
  }

  private String log(String name) throws Exception {
    return Objects.requireNonNull(node)
        .signed("GET", "/_thingstead/functions/log?name=" + name, Map.of(), "")
        .body();
  }

  private void awaitLog(String name, String line) throws Exception {
    while (!log(name).contains(line)) {
      Thread.onSpinWait(); // the time limit of the class ends it
    }
  }
}
