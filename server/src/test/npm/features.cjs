// MQTT.js with MQTT 5: what it asks for and what it hears, one step after the other. Arguments:
// {url, prefix, step}. Steps: "all" in one go; "leave" leaves a session, a message and a will behind
// and breaks the connection; "back" comes back for them.
const mqtt = require('mqtt');

const { url, prefix, step } = JSON.parse(process.argv[2]);
const fail = (why) => {
  console.error('failed: ' + why);
  process.exit(1);
};
const check = (what, is, wanted) => {
  const [a, b] = [JSON.stringify(is), JSON.stringify(wanted)];
  if (a !== b) fail(`${what}: ${a}, not ${b}`);
};

/** A connected client that keeps what it hears. */
const connect = async (id, properties = {}, more = {}) => {
  const client = mqtt.connect(url, {
    clientId: prefix + id, protocolVersion: 5, reconnectPeriod: 0, clean: true, properties, ...more,
  });
  client.on('error', (e) => client.expected || fail(`${id}: ${e}`));
  const heard = [];
  const waiting = [];
  client.on('message', (topic, payload, packet) => {
    const one = { topic, text: payload.toString(), packet };
    waiting.length ? waiting.shift()(one) : heard.push(one);
  });
  client.next = () =>
    heard.length ? Promise.resolve(heard.shift()) : new Promise((done) => waiting.push(done));
  client.heard = heard;
  client.connack = await new Promise((done) => client.on('connect', done));
  return client;
};

const kept = { clean: false };

const all = async () => {
  const client = await connect('c', { receiveMaximum: 2, maximumPacketSize: 600, topicAliasMaximum: 4 }, { keepalive: 5000 });
  check('server keep alive', client.connack.properties.serverKeepAlive, 1200);
  check('aliases', client.connack.properties.topicAliasMaximum, 8);
  check('packet size', client.connack.properties.maximumPacketSize, 149504);
  const publisher = await connect('p', {}, { autoUseTopicAlias: true, autoAssignTopicAlias: true });

  await client.subscribeAsync(prefix + '/a/#', { qos: 2, properties: { subscriptionIdentifier: 7 } });
  await client.subscribeAsync(prefix + '/a/+', { qos: 1, properties: { subscriptionIdentifier: 8 } });
  for (let i = 0; i < 30; i++) {
    const topic = `${prefix}/a/${i % 10}`;
    await publisher.publishAsync(topic, 'm' + i, {
      qos: i % 3,
      properties: {
        messageExpiryInterval: 100, contentType: 'text/plain', payloadFormatIndicator: true,
        responseTopic: 'reply', correlationData: Buffer.from('id'), userProperties: { k: ['1', '2'], a: '3' },
      },
    });
    const got = await client.next();
    check('topic by alias', got.topic, topic);
    check('text', got.text, 'm' + i);
    check('qos', got.packet.qos, i % 3);
    const properties = got.packet.properties;
    check('identifiers', [...properties.subscriptionIdentifier].sort(), [7, 8]);
    check('expiry', properties.messageExpiryInterval, 100);
    check('content type', properties.contentType, 'text/plain');
    check('response topic', properties.responseTopic, 'reply');
    check('correlation', properties.correlationData.toString(), 'id');
    check('user properties', { ...properties.userProperties }, { k: ['1', '2'], a: '3' });
  }
  await publisher.publishAsync(prefix + '/a/large', 'x'.repeat(1000), { qos: 1 });
  await publisher.publishAsync(prefix + '/a/small', 'x', { qos: 1 });
  check('too large is left out', (await client.next()).topic, prefix + '/a/small');

  const options = await connect('o');
  await options.publishAsync(prefix + '/r', 'kept', { qos: 1, retain: true });
  await options.subscribeAsync(prefix + '/r', { qos: 1, nl: true, rap: true, rh: 2 });
  await options.publishAsync(prefix + '/r', 'own', { qos: 1 });
  await publisher.publishAsync(prefix + '/r', 'other', { qos: 1, retain: true });
  const other = await options.next();
  check('no local, no retained', other.text, 'other');
  check('retain as published', other.packet.retain, true);

  const one = await connect('1');
  const two = await connect('2');
  await one.subscribeAsync(`$share/g/${prefix}/s`, { qos: 1 });
  await two.subscribeAsync(`$share/g/${prefix}/s`, { qos: 1 });
  for (let i = 0; i < 20; i++) await publisher.publishAsync(prefix + '/s', 's' + i, { qos: 1 });
  while (one.heard.length + two.heard.length < 20) await new Promise((done) => setImmediate(done));
  check('shared', new Set([...one.heard, ...two.heard].map((m) => m.text)).size, 20);

  const refused = await publisher.publishAsync('$no/such', 'x', { qos: 1 }).catch((e) => e.code);
  check('reason of a refusal', refused, 0x90);
  const ended = new Promise((done) => one.on('disconnect', (packet) => done(packet.reasonCode)));
  await connect('1');
  check('taken over', await ended, 0x8e);
};

const leave = async () => {
  const client = await connect('k', { sessionExpiryInterval: 1000 }, {
    ...kept,
    will: { topic: prefix + '/will', payload: 'gone', qos: 1, properties: { willDelayInterval: 20 } },
  });
  check('session is new', client.connack.sessionPresent, false);
  await client.subscribeAsync(prefix + '/q', { qos: 1 });
  const publisher = await connect('p');
  client.stream.destroy();
  await publisher.publishAsync(prefix + '/q', 'waits', { qos: 1, properties: { messageExpiryInterval: 100 } });
  await publisher.publishAsync(prefix + '/q', 'dies', { qos: 1, properties: { messageExpiryInterval: 10 } });
};

const back = async () => {
  const client = await connect('k', { sessionExpiryInterval: 1000 }, kept);
  check('session is kept', client.connack.sessionPresent, true);
  const got = await client.next();
  check('message', got.text, 'waits');
  check('rest of its time', got.packet.properties.messageExpiryInterval, 60);
};

({ all, leave, back })[step]().then(
  () => {
    console.log('done ' + step);
    process.exit(0);
  },
  fail,
);
