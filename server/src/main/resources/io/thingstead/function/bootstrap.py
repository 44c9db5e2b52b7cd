# Runs a handler for Python over the Lambda Runtime API (AWS Lambda guide: "Using the Lambda
# runtime API").
import http.client
import importlib
import json
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forward import forward

forward(os.environ.pop("THINGSTEAD_FORWARD", ""))
sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
sys.stdout.reconfigure(line_buffering=True)
HOST, _, SECRET = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
PREFIX = ("/" + SECRET if SECRET else "") + "/2018-06-01/runtime/"
connection = http.client.HTTPConnection(HOST)


def call(method, where, body=None, headers={}):
    connection.request(method, PREFIX + where, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def failure(where, error):
    stack = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    kind = getattr(error, "kind", type(error).__name__)
    body = {"errorMessage": str(error), "errorType": kind, "stackTrace": stack}
    print("[ERROR] %s: %s\rTraceback:\r%s" % (kind, error, "\r".join(
        line.rstrip().replace("\n", "\r") for line in stack)))
    return lambda: call("POST", where, json.dumps(body).encode(), {
        "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": kind})


class Named(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def load():
    module, dot, name = os.environ["_HANDLER"].rpartition(".")
    if not dot:
        raise Named("Runtime.MalformedHandlerName", "Bad handler '%s'" % os.environ["_HANDLER"])
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as e:
        raise Named("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module, e))
    try:
        return getattr(loaded, name)
    except AttributeError:
        raise Named("Runtime.HandlerNotFound",
                    "Handler '%s' missing on module '%s'" % (name, module))


class Context:
    def __init__(self, headers):
        client = headers.get("Lambda-Runtime-Client-Context")
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = json.loads(client) if client else None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


try:
    handler = load()
except BaseException as e:
    failure("init/error", e)()
    sys.exit(1)

while True:
    status, headers, body = call("GET", "invocation/next")
    if status != 200:
        sys.exit(1)
    request = headers["Lambda-Runtime-Aws-Request-Id"]
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
    where = "invocation/%s/" % request
    try:
        value = json.dumps(handler(json.loads(body), Context(headers))).encode()
        send = lambda: call("POST", where + "response", value)
    except Exception as e:
        send = failure(where + "error", e)
    # Tells the server that all that the handler has written is before this.
    sys.stderr.flush()
    sys.stdout.write("\0end %s\n" % request)
    sys.stdout.flush()
    send()
