// The AWS IoT device SDK for JavaScript, version 1. Argument: the options of awsIot.device.
const awsIot = require('aws-iot-device-sdk');

const device = awsIot.device({ maximumReconnectTimeMs: 1000, ...JSON.parse(process.argv[2]) });
const fail = (why) => {
  console.error('failed: ' + why);
  process.exit(1);
};
device.on('error', fail);
device.on('close', () => fail('closed'));
device.on('connect', () => {
  device.subscribe('sdk1/t', { qos: 1 }, () => device.publish('sdk1/t', 'hello', { qos: 1 }));
});
device.on('message', (topic, payload) => {
  console.log(`heard ${payload} on ${topic}`);
  process.exit(0);
});
