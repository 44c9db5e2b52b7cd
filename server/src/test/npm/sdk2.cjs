// The AWS IoT device SDK for JavaScript, version 2, over MQTT 3.1.1 and 5, with a certificate or over a
// signed WebSocket. Argument: {host, port, ca, cert, key, region, accessKey, secretKey, sessionToken, mqtt5, clientId}.
const { iot, mqtt, mqtt5, auth } = require('aws-iot-device-sdk-v2');
const { once } = require('node:events');

const given = JSON.parse(process.argv[2]);

async function over5() {
  const builder = given.cert
    ? iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromPath(given.host, given.cert, given.key)
    : iot.AwsIotMqtt5ClientConfigBuilder.newWebsocketMqttBuilderWithSigv4Auth(given.host, {
        region: given.region,
        credentialsProvider: auth.AwsCredentialsProvider.newStatic(given.accessKey, given.secretKey, given.sessionToken),
      });
  builder.withCertificateAuthorityFromPath(undefined, given.ca);
  builder.withPort(given.port);
  builder.withConnectProperties({ clientId: given.clientId, keepAliveIntervalSeconds: 60 });
  const client = new mqtt5.Mqtt5Client(builder.build());
  client.on('connectionFailure', (event) => fail(event.error + ' ' + JSON.stringify(event.connack)));
  const connected = once(client, 'connectionSuccess');
  const message = once(client, 'messageReceived');
  client.start();
  await connected;
  await client.subscribe({ subscriptions: [{ topicFilter: 'sdk2/t', qos: 1 }] });
  await client.publish({ topicName: 'sdk2/t', qos: 1, payload: 'hello' });
  const [event] = await message;
  heard(Buffer.from(event.message.payload).toString(), event.message.topicName);
  const stopped = once(client, 'stopped');
  client.stop({ reasonCode: 0 });
  await stopped;
}

async function over311() {
  const builder = given.cert
    ? iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(given.cert, given.key)
    : iot.AwsIotMqttConnectionConfigBuilder.new_with_websockets({
        region: given.region,
        credentials_provider: auth.AwsCredentialsProvider.newStatic(given.accessKey, given.secretKey, given.sessionToken),
      });
  const config = builder
    .with_certificate_authority_from_path(undefined, given.ca)
    .with_endpoint(given.host)
    .with_port(given.port)
    .with_client_id(given.clientId)
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient().new_connection(config);
  await connection.connect();
  const message = new Promise((done) =>
    connection.subscribe('sdk2/t', mqtt.QoS.AtLeastOnce, (topic, payload) =>
      done([Buffer.from(payload).toString(), topic]),
    ).then(() => connection.publish('sdk2/t', 'hello', mqtt.QoS.AtLeastOnce)),
  );
  heard(...(await message));
  await connection.disconnect();
}

function heard(payload, topic) {
  console.log(`heard ${payload} on ${topic}`);
}

function fail(why) {
  console.error('failed: ' + why);
  process.exit(1);
}

(given.mqtt5 ? over5() : over311()).then(() => process.exit(0), fail);
