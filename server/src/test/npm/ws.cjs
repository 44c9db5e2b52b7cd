// The ws client, without any MQTT library: cuts packets into frames at odd places, offers compression, and is closed
// for what MQTT over WebSocket does not allow. Argument: {url}.
const WebSocket = require('ws');

const { url } = JSON.parse(process.argv[2]);
const fail = (why) => {
  console.error('failed: ' + why);
  process.exit(1);
};
setTimeout(() => fail('it takes too long'), 30000);

const string = (text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
const packet = (first, ...parts) => {
  const body = Buffer.concat(parts);
  const length = [];
  let left = body.length;
  do {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
};
const connect = packet(0x10, string('MQTT'), Buffer.from([4, 2, 0, 0]), string('ws'));
const subscribe = packet(0x82, Buffer.from([0, 1]), string('ws/t'), Buffer.from([0]));
const publish = (size) => packet(0x30, string('ws/t'), Buffer.alloc(size, 7));

// Opens, and gives what MQTT says back, all frames in one.
const open = (protocols) =>
  new Promise((opened) => {
    const socket = new WebSocket(url, protocols, { rejectUnauthorized: false });
    socket.heard = Buffer.alloc(0);
    socket.on('message', (data, binary) => {
      if (!binary) fail('a text frame');
      socket.heard = Buffer.concat([socket.heard, data]);
      socket.emit('heard');
    });
    socket.on('error', (error) => fail(error));
    socket.on('open', () => opened(socket));
  });
const until = (socket, length) =>
  new Promise((done) => {
    const look = () => {
      if (socket.heard.length >= length) {
        socket.off('heard', look);
        done(socket.heard);
      }
    };
    socket.on('heard', look);
    look();
  });
const closed = (socket) => new Promise((done) => socket.on('close', (code) => done(code)));

(async () => {
  const socket = await open(['mqttv3.1', 'mqtt']);
  if (socket.protocol !== 'mqttv3.1') fail('protocol ' + socket.protocol);
  if (socket.extensions !== '') fail('extensions ' + socket.extensions);
  // Two packets in pieces of three bytes, each a fragment of one message, with a ping between.
  const both = Buffer.concat([connect, subscribe]);
  const pong = new Promise((done) => socket.on('pong', (data) => done(data.toString())));
  for (let at = 0; at < both.length; at += 3) {
    socket.send(both.subarray(at, at + 3), { binary: true, compress: false, fin: at + 3 >= both.length });
    if (at === 9) socket.ping('there?');
  }
  await until(socket, 9);
  if ((await pong) !== 'there?') fail('pong');
  // Many packets in one frame, and one that needs a length of eight bytes.
  const large = publish(100000);
  socket.send(Buffer.concat([publish(1), publish(2), large]), { compress: false });
  const heard = await until(socket, 9 + publish(1).length + publish(2).length + large.length);
  if (!heard.subarray(heard.length - large.length).equals(large)) fail('another message');
  // Goodbye in good order.
  socket.close(1000, 'bye');
  if ((await closed(socket)) !== 1000) fail('close');
  // Text is no MQTT.
  const text = await open(['mqtt']);
  text.send('hello', { compress: false });
  if ((await closed(text)) !== 1003) fail('text');
  // A client that says DISCONNECT and then closes.
  const leaving = await open('mqtt');
  leaving.send(Buffer.concat([connect, Buffer.from([0xe0, 0])]), { compress: false });
  if ((await closed(leaving)) !== 1000) fail('after DISCONNECT');
  // Another subprotocol is refused before the upgrade.
  const other = new WebSocket(url, ['amqp'], { rejectUnauthorized: false });
  other.on('unexpected-response', (_, response) => {
    if (response.statusCode !== 400) fail('status ' + response.statusCode);
    console.log('all as it should be');
    process.exit(0);
  });
  other.on('open', () => fail('amqp was accepted'));
})().catch(fail);
