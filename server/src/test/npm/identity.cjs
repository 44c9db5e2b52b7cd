// Fleet provisioning by the AWS IoT device SDK for JavaScript, version 2: with a claim, then with the certificate
// that it got. Argument: {host, port, ca, cert, key, template, serial}.
const { iot, mqtt, iotidentity } = require('aws-iot-device-sdk-v2');

const given = JSON.parse(process.argv[2]);
const qos = mqtt.QoS.AtLeastOnce;

async function connect(builder, clientId) {
  const config = builder
    .with_certificate_authority_from_path(undefined, given.ca)
    .with_endpoint(given.host)
    .with_port(given.port)
    .with_client_id(clientId)
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient().new_connection(config);
  await connection.connect();
  return connection;
}

async function answer(subscribe, publish) {
  let done;
  const answered = new Promise((resolve) => (done = resolve));
  await subscribe((error, accepted) => done({ error, accepted }), (error, rejected) => done({ error, rejected }));
  await publish();
  return answered;
}

async function provision() {
  const connection = await connect(
    iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(given.cert, given.key), 'sdk-claim');
  const identity = new iotidentity.IotIdentityClient(connection);
  const made = await answer(
    async (accepted, rejected) => {
      await identity.subscribeToCreateKeysAndCertificateAccepted({}, qos, accepted);
      await identity.subscribeToCreateKeysAndCertificateRejected({}, qos, rejected);
    },
    () => identity.publishCreateKeysAndCertificate({}, qos));
  const { certificateOwnershipToken, certificatePem, privateKey } = made.accepted;
  const register = (token) => answer(
    async (accepted, rejected) => {
      await identity.subscribeToRegisterThingAccepted({ templateName: given.template }, qos, accepted);
      await identity.subscribeToRegisterThingRejected({ templateName: given.template }, qos, rejected);
    },
    () => identity.publishRegisterThing({
      templateName: given.template, certificateOwnershipToken: token, parameters: { Serial: given.serial } }, qos));
  const refused = await register('not a token');
  console.log('rejected ' + refused.rejected.errorCode);
  const registered = await register(certificateOwnershipToken);
  const { thingName, deviceConfiguration } = registered.accepted;
  console.log('thing ' + thingName);
  console.log('url ' + deviceConfiguration.url);
  await connection.disconnect();

  const own = await connect(
    iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(certificatePem, privateKey), thingName);
  const topic = 'own/' + thingName;
  const heard = new Promise((done) => own.subscribe(topic, qos, (on, payload) => done(`heard ${Buffer.from(payload)} on ${on}`))
    .then(() => own.publish(topic, 'hello', qos)));
  console.log(await heard);
  await own.disconnect();
}

provision().then(() => process.exit(0), (why) => {
  console.error('failed: ' + why);
  process.exit(1);
});
