// MQTT.js: connects, and hears everything it publishes, some ahead of what it has heard (it does not
// mind the server's Receive Maximum). Argument: {url, options, count, size, qos}.
const mqtt = require('mqtt');
const { readFileSync } = require('node:fs');

const { url, options, count, size, qos } = JSON.parse(process.argv[2]);
for (const file of ['ca', 'cert', 'key']) {
  if (options[file]) options[file] = readFileSync(options[file]);
}
const client = mqtt.connect(url, { reconnectPeriod: 0, connectTimeout: 10000, ...options });
const fail = (why) => {
  console.error('failed: ' + why);
  process.exit(1);
};
client.on('error', fail);
client.on('disconnect', (packet) => fail('disconnected by the server: ' + JSON.stringify(packet)));
let heard = 0;
let said = 0;
const publish = () => {
  while (said < count && said < heard + 30) client.publish('js/t', Buffer.alloc(size, said++ % 256), { qos });
};
client.on('message', (topic, payload) => {
  if (payload.length !== size || payload[0] !== heard % 256) fail(`message ${heard} is another`);
  heard++;
  publish();
  if (heard === count) client.end(false, () => console.log(`heard ${heard}`));
});
client.on('connect', () => {
  client.subscribe('js/#', { qos }, publish);
});
client.on('close', () => heard === count || fail('closed'));
