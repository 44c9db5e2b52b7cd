// The AWS IoT device SDK for JavaScript, version 1, whose queue keeps what is published while it is
// offline. Arguments: the options of awsIot.device, a topic, and how many messages.
const awsIot = require('aws-iot-device-sdk');

const [options, topic, count] = process.argv.slice(2);
const device = awsIot.device({
  baseReconnectTimeMs: 100,
  maximumReconnectTimeMs: 400,
  minimumConnectionTimeMs: 100,
  drainTimeMs: 5,
  ...JSON.parse(options),
});
let acknowledged = 0;
let reconnects = 0;
device.on('reconnect', () => reconnects++);
device.on('error', () => {}); // It tries again.
let sent = 0;
const sending = setInterval(() => {
  for (let i = 0; i < 2 && sent < Number(count); i++, sent++) {
    device.publish(topic, String(sent), { qos: 1 }, (failure) => {
      if (!failure) acknowledged++;
    });
  }
  if (sent % 100 === 0) console.log(`sent ${sent}`);
  if (sent >= Number(count)) clearInterval(sending);
}, 5);
setInterval(() => {
  if (acknowledged >= Number(count)) {
    console.log(`acknowledged ${acknowledged} reconnects ${reconnects}`);
    process.exit(0);
  }
}, 50);
