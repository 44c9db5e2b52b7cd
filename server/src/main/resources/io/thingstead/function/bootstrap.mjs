// Runs a handler for Node.js over the Lambda Runtime API (AWS Lambda guide: "Using the Lambda
// runtime API").
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { forward } from './forward.mjs';

const ports = process.env.THINGSTEAD_FORWARD;
delete process.env.THINGSTEAD_FORWARD;
await forward(ports);

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let current = '';

for (const [method, level] of Object.entries(
  { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' })) {
  console[method] = (...values) => {
    const text = format(...values).replaceAll('\n', '\r');
    process.stdout.write(`${new Date().toISOString()}\t${current}\t${level}\t${text}\n`);
  };
}

function call(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${api}/${where}`, { method, agent, headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function described(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function failure(where, error) {
  const body = described(error);
  return call('POST', where, JSON.stringify(body),
    { 'Content-Type': 'application/json', 'Lambda-Runtime-Function-Error-Type': body.errorType });
}

async function load() {
  const [, directory, module, names] = /^(.*?)([^/.]+)\.([^/]+)$/.exec(process.env._HANDLER) ?? [];
  if (!module) {
    throw Object.assign(new Error(`Bad handler ${process.env._HANDLER}`),
      { name: 'Runtime.MalformedHandlerName' });
  }
  const base = path.resolve(process.env.LAMBDA_TASK_ROOT, directory, module);
  const file = ['.js', '.mjs', '.cjs'].map((end) => base + end).find(existsSync);
  if (!file) {
    throw Object.assign(new Error(`Error: Cannot find module '${module}'`),
      { name: 'Runtime.ImportModuleError' });
  }
  const exported = await import(pathToFileURL(file));
  const find = (from) => names.split('.').reduce((at, name) => at?.[name], from);
  const handler = find(exported) ?? find(exported.default);
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${process.env._HANDLER} is undefined or not exported`),
      { name: 'Runtime.HandlerNotFound' });
  }
  return handler;
}

function context(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const client = headers['lambda-runtime-client-context'];
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    callbackWaitsForEmptyEventLoop: true,
    clientContext: client ? JSON.parse(client) : undefined,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// A handler answers by its promise, by the callback, or by the context of the oldest runtimes.
function run(handler, event, about) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    Object.assign(about, { done, succeed: (value) => done(null, value), fail: (error) => done(error) });
    const answer = handler(event, about, done);
    if (typeof answer?.then === 'function') {
      answer.then(resolve, reject);
    } else {
      // Without a promise it may still call back; when nothing is left to wait for, it will not.
      process.once('beforeExit', () => resolve(answer));
    }
  });
}

let handler;
try {
  handler = await load();
} catch (error) {
  console.error('Uncaught Exception', error);
  await failure('init/error', error);
  process.exit(1);
}

process.on('uncaughtException', (error) => {
  console.error('Uncaught Exception', error);
  failure(current ? `invocation/${current}/error` : 'init/error', error)
    .finally(() => process.exit(129));
});

for (;;) {
  const next = await call('GET', 'invocation/next');
  if (next.status !== 200) {
    process.exit(1);
  }
  current = next.headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
  let send;
  try {
    const value = await run(handler, JSON.parse(next.body.toString('utf8')), context(next.headers));
    const body = JSON.stringify(value) ?? 'null';
    send = () => call('POST', `invocation/${current}/response`, body);
  } catch (error) {
    console.error('Invoke Error', error);
    send = () => failure(`invocation/${current}/error`, error);
  }
  // Tells the server that all that the handler has written is before this.
  process.stdout.write(`\u0000end ${current}\n`);
  await send();
  current = '';
}
