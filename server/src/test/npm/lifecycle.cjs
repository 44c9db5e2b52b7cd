// The AWS SDK for JavaScript, version 3, and MQTT.js: a device's things from the first to the last, each wrong order
// on the way. Prints how each step was refused. Argument: {endpoint, region, accessKey, secretKey, port, ca}.
const { readFileSync } = require('node:fs');
const { once } = require('node:events');
const { IoT } = require('@aws-sdk/client-iot');
const mqtt = require('mqtt');

const given = JSON.parse(process.argv[2]);
const iot = new IoT({
  endpoint: given.endpoint,
  region: given.region,
  credentials: { accessKeyId: given.accessKey, secretAccessKey: given.secretKey },
  maxAttempts: 1,
});
const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}';

async function refused(what, call) {
  try {
    await call;
    console.log(what, 'was not refused');
  } catch (error) {
    console.log(what, error.name, error.$metadata.httpStatusCode);
  }
}

async function device(made) {
  const client = mqtt.connect(`mqtts://localhost:${given.port}`, {
    clientId: 't',
    ca: readFileSync(given.ca),
    cert: made.certificatePem,
    key: made.keyPair.PrivateKey,
    reconnectPeriod: 0,
  });
  await once(client, 'connect');
  await client.subscribeAsync('life/t', { qos: 1 });
  const heard = once(client, 'message');
  await client.publishAsync('life/t', 'hello', { qos: 1 });
  const [topic, payload] = await heard;
  console.log('heard', String(payload), 'on', topic);
  return client;
}

async function main() {
  await iot.createThingType({ thingTypeName: 'kind' });
  await iot.createThing({ thingName: 't', thingTypeName: 'kind', attributePayload: { attributes: { site: 'north' } } });
  const made = await iot.createKeysAndCertificate({ setAsActive: true });
  const { certificateArn: arn, certificateId } = made;
  await iot.createPolicy({ policyName: 'p', policyDocument: policy });
  await iot.attachPolicy({ policyName: 'p', target: arn });
  await iot.attachThingPrincipal({ thingName: 't', principal: arn });
  const client = await device(made);

  await refused('same-policy', iot.createPolicy({ policyName: 'p', policyDocument: policy }));
  await refused('other-policy', iot.createPolicy({ policyName: 'p', policyDocument: policy.replace('iot:*', 'iot:Connect') }));
  await refused('attached-policy', iot.deletePolicy({ policyName: 'p' }));
  await refused('active-certificate', iot.deleteCertificate({ certificateId }));
  await refused('unknown-certificate', iot.attachPolicy({ policyName: 'p', target: `${arn.slice(0, -8)}00000000` }));
  await refused('thing-with-certificate', iot.deleteThing({ thingName: 't' }));
  await refused('type-in-use', iot.deleteThingType({ thingTypeName: 'kind' }));
  const closed = once(client, 'close');
  await iot.updateCertificate({ certificateId, newStatus: 'INACTIVE' });
  await closed;
  await refused('certificate-in-use', iot.deleteCertificate({ certificateId }));

  await iot.detachThingPrincipal({ thingName: 't', principal: arn });
  await iot.detachPolicy({ policyName: 'p', target: arn });
  await iot.deleteCertificate({ certificateId });
  await iot.deletePolicy({ policyName: 'p' });
  await iot.deleteThing({ thingName: 't' });
  await iot.deprecateThingType({ thingTypeName: 'kind' });
  await refused('type-too-soon', iot.deleteThingType({ thingTypeName: 'kind' }));
  const left = [
    ...(await iot.listThings({})).things,
    ...(await iot.listPolicies({})).policies,
    ...(await iot.listCertificates({})).certificates,
  ];
  console.log('left', left.length);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
