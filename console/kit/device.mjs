// Sends a reading every five seconds, prints the commands it gets and obeys its shadow.
// Needs Node.js 18 or later and: npm install mqtt
import { existsSync, readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const HOST = '@HOST@';
const PORT = @PORT@;
const THING = '@THING@';
const DATA = `devices/${THING}/data`;
const COMMANDS = `devices/${THING}/commands`;
const SHADOW = `$aws/things/${THING}/shadow/update`;
const EVERY = 5000; // milliseconds
const WAIT_MAX = 60_000;
const SESSION = 3600; // seconds that commands wait for the device

const file = name => readFileSync(new URL(name, import.meta.url));
const client = mqtt.connect({
  protocol: 'mqtts',
  host: HOST,
  port: PORT,
  ca: existsSync(new URL('ca.pem', import.meta.url)) ? file('ca.pem') : undefined,
  cert: file('device.crt'),
  key: file('device.key'),
  clientId: THING,
  protocolVersion: 5,
  clean: false,
  properties: { sessionExpiryInterval: SESSION },
  keepalive: 30,
  reconnectPeriod: 1000,
  reconnectOnConnackError: true,
});

// Longer and longer, and never at the same time as all the other devices.
let wait = 1000;
client.on('reconnect', () => {
  wait = Math.min(wait * 2, WAIT_MAX);
  client.options.reconnectPeriod = wait * (0.5 + Math.random());
});

client.on('connect', () => {
  console.log('connected');
  wait = 1000;
  client.options.reconnectPeriod = wait * (0.5 + Math.random());
  client.subscribe([COMMANDS, `${SHADOW}/delta`], { qos: 1 });
  send();
});
client.on('offline', () => console.log('the connection is lost'));
client.on('error', error => console.error(reasonOf(error)));

client.on('message', (topic, payload) => {
  if (topic === COMMANDS) {
    console.log(`command: ${payload}`);
  } else {
    // It is now as was wished: say so.
    const wished = JSON.parse(payload).state;
    console.log('shadow:', wished);
    client.publish(SHADOW, JSON.stringify({ state: { reported: wished } }), { qos: 1 });
  }
});

function send() {
  // While the device is away the library would keep readings without end.
  if (!client.connected) return;
  const temperature = Math.round(200 + Math.random() * 50) / 10;
  client.publish(DATA, JSON.stringify({ temperature }), { qos: 1 });
}
setInterval(send, EVERY);

/** What is wrong, and what to do about it. */
function reasonOf(error) {
  if (error.code === 'CERT_HAS_EXPIRED' || error.code === 'CERT_NOT_YET_VALID') {
    return "the server's certificate is not valid at this time: set this device's clock";
  }
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the server's certificate does not name ${HOST}: start the server with --host ${HOST}`;
  }
  if (/^(UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(error.code)) {
    return "the server's certificate is not from ca.pem: another server, or one that was set up anew";
  }
  if (error.code === 0x87) {
    return (
      `the server refuses this device (${error.message}): its certificate must be active and its policy must` +
      ` allow the client id ${THING}; on the server, ./thingstead refusals says more`
    );
  }
  if (error.syscall) {
    return `nothing answers at ${HOST}:${PORT} (${error.code}): is the server running, does a firewall let you through?`;
  }
  return error.message;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => client.end(false, {}, () => process.exit(0)));
}
