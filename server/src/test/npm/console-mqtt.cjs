// The MQTT client's part of the journey: a real mosquitto_pub is heard, a real mosquitto_sub gets what
// the page publishes, a picture is seen, an export read back, a refusal understood; and a flood of
// 30,000 messages, faster than 10,000 a second, is counted to the last while the page still listens.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const zlib = require('node:zlib');

const FLOOD = 30000;
const FLOOD_PER_SECOND = 12000;

function png(size) {
  const chunk = (type, content) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(content.length);
    const body = Buffer.concat([Buffer.from(type), content]);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  const rows = Array.from({ length: size }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: size }, (_, x) => [x * 2, y * 2, 160]).flat()]),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Publishes at QoS 0 at some rate, by MQTT 3.1.1 in its plainest form; done when all are written. */
async function flood(port, topic, count, perSecond) {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const id = 'flood';
  socket.write(Buffer.concat([Buffer.from([0x10, 12 + id.length, 0, 4]), Buffer.from('MQTT'), Buffer.from([4, 2, 0, 0, 0, id.length]), Buffer.from(id)]));
  await new Promise(resolve => socket.once('data', resolve));
  const began = Date.now();
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((Date.now() - began) * perSecond) / 1000));
    const packets = [];
    for (; sent < due; sent++) {
      const name = Buffer.from(`${topic}/${sent % 40}`);
      const payload = Buffer.from(`{"n":${sent}}`);
      packets.push(Buffer.from([0x30, 2 + name.length + payload.length, 0, name.length]), name, payload);
    }
    if (packets.length) socket.write(Buffer.concat(packets));
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  const took = Date.now() - began;
  socket.write(Buffer.from([0xe0, 0]));
  await new Promise(resolve => socket.end(resolve));
  return Math.round((count * 1000) / took);
}

/** @param {{ mqtt: number, work: string, origin: string, pictures: boolean, check: Function, log: Function, shoot: Function, accessible: Function }} tools */
module.exports = async function mqttClient(page, tools) {
  const { mqtt, work, origin, check, log, shoot, accessible, pictures } = tools;
  const client = (program, ...args) =>
    execFileSync(program, ['-h', '127.0.0.1', '-p', String(mqtt), ...args], { encoding: 'utf8', timeout: 10000 });
  const panel = page.getByRole('list', { name: 'Subscriptions' });
  const messages = page.getByRole('listbox', { name: 'Messages, newest first' });
  const subscribe = async (filter, qos) => {
    await page.getByLabel('Topic filter', { exact: true }).fill(filter);
    if (qos) {
      await page.getByRole('button', { name: /^QoS/ }).click();
      await page.getByRole('option', { name: new RegExp(`^${qos}:`) }).click();
    }
    await page.getByRole('button', { name: 'Subscribe', exact: true }).click();
    const row = panel.getByRole('listitem').filter({ hasText: filter });
    await row.waitFor();
    await row.getByText('Asking the server').waitFor({ state: 'hidden' });
  };

  await page.goto(`${origin}/console/#/mqtt`);
  await page.getByText('Connected', { exact: true }).waitFor();
  await subscribe('journey/#', 2);
  await subscribe('journey/+/data');
  client('mosquitto_pub', '-t', 'journey/lamp/data', '-q', '1', '-m', '{"on": true, "colour": "warm"}');
  await messages.getByRole('option').filter({ hasText: 'journey/lamp/data' }).click();
  await page.locator('pre').filter({ hasText: '"colour": "warm"' }).waitFor();
  await panel.getByText('1 received').nth(1).waitFor();
  log('a message is shown');

  // What the page publishes arrives as it was meant.
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Topic', { exact: true }).fill('journey/out');
  await page.getByRole('textbox', { name: 'JSON' }).fill('{"target": 21}');
  await page.getByRole('button', { name: /^QoS/ }).click();
  await page.getByRole('option', { name: /^2:/ }).click();
  await page.getByRole('checkbox', { name: 'Retain' }).check();
  await page.getByRole('button', { name: 'Properties' }).click();
  await page.getByLabel('Content type').fill('application/json');
  await page.getByRole('checkbox', { name: /UTF-8/ }).check();
  await page.getByLabel('Message expiry').fill('3600');
  await page.getByLabel('Response topic').fill('journey/answers');
  await page.getByRole('button', { name: 'Listen to it' }).click();
  await page.getByLabel('Correlation data', { exact: true }).fill('request-1');
  await page.getByLabel('Topic alias').fill('1');
  await page.getByRole('button', { name: 'Add a user property' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('site');
  await page.getByRole('textbox', { name: 'Value', exact: true }).fill('Basel');
  await accessible(page, 'mqtt publish');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Accepted, exactly once (0x00)').first().waitFor();
  const got = client('mosquitto_sub', '-V', 'mqttv5', '-q', '2', '-t', 'journey/out', '-C', '1', '-W', '5', '-F', '%t|%q|%r|%p|%C|%F|%R|%D|%P|%E');
  const wanted = /^journey\/out\|2\|1\|\{"target": 21\}\|application\/json\|1\|journey\/answers\|request-1\|site:Basel\|(3600|359\d)$/;
  check(wanted.test(got.trim()), `mosquitto_sub received ${got}`);
  client('mosquitto_pub', '-V', 'mqttv5', '-t', 'journey/answers', '-q', '1', '-m', 'done', '-D', 'publish', 'correlation-data', 'request-1');
  await messages.getByRole('option').filter({ hasText: 'journey/answers' }).click();
  await page.getByText('Answers your request after').waitFor();
  log('published, with all properties; answered');

  // What the server refuses is explained.
  await page.getByLabel('Topic', { exact: true }).fill('$aws/things/x/shadow/nonsense');
  await page.getByRole('checkbox', { name: 'Retain' }).uncheck();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText(/^Refused: Topic name not valid \(0x90\): ./).first().waitFor();
  await page.getByRole('link', { name: 'Refusals' }).last().waitFor();
  await page.getByRole('tab', { name: 'Subscribe' }).click();

  const picture = path.join(work, 'picture.png');
  fs.writeFileSync(picture, png(96));
  client('mosquitto_pub', '-t', 'journey/camera/data', '-f', picture);
  await messages.getByRole('option').filter({ hasText: 'journey/camera/data' }).click();
  await page.waitForFunction(() => document.querySelector('img.mqtt-picture')?.naturalWidth === 96);
  await accessible(page, 'mqtt messages');
  await shoot(page, 'mqtt');
  await page.getByRole('button', { name: 'Hex', exact: true }).click();
  await page.locator('pre').filter({ hasText: '89 50 4e 47' }).waitFor();
  log('a picture is shown');

  // Filter, then export what is left.
  await page.getByRole('searchbox', { name: /^Topic, or a filter/ }).fill('journey/+/data');
  await page.getByText('2 listed').waitFor();
  const exported = async format => {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: format }).click();
    return fs.readFileSync(await (await download).path());
  };
  const lines = (await exported(/^JSON lines/)).toString().trim().split('\n').map(each => JSON.parse(each));
  check(lines.length === 2 && lines[0].payload === '{"on": true, "colour": "warm"}', `exported ${JSON.stringify(lines)}`);
  check(Buffer.from(lines[1].payloadBase64, 'base64').equals(fs.readFileSync(picture)), 'the exported picture is another');
  const csv = (await exported(/^CSV/)).toString();
  check(csv.startsWith('time,topic,qos,') && csv.includes('"{""on"": true, ""colour"": ""warm""}"'), `exported ${csv}`);
  await page.getByRole('searchbox', { name: /^Topic, or a filter/ }).fill('');
  log('exported');

  // Another client takes the id: the page says so, and comes back when it is told to, with its subscriptions.
  const id = (await page.getByText(/^as console-/).innerText()).slice('as '.length);
  client('mosquitto_pub', '-i', id, '-t', 'elsewhere', '-m', 'mine now');
  await page.getByText('Session taken over (0x8E)').waitFor();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Connected', { exact: true }).waitFor();
  await panel.getByText('Asking the server').or(panel.getByText('Waiting for the connection')).first().waitFor({ state: 'hidden' });
  client('mosquitto_pub', '-t', 'journey/lamp/data', '-q', '1', '-m', 'back');
  await panel.getByText('3 received').waitFor();
  log('connected anew');

  await inFlood(page, tools, { panel, subscribe });
  if (pictures) await page.screenshot({ path: path.join(tools.images, 'mqtt-flood-1280.png') });

  await page.getByRole('tab', { name: 'Topics' }).click();
  await page.getByRole('button', { name: 'Close all' }).click();
  const branch = page.getByRole('treeitem').filter({ hasText: 'journey' });
  await branch.waitFor();
  await page.getByRole('tree').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('treeitem').filter({ hasText: 'camera' }).waitFor();
  await accessible(page, 'mqtt topics');
  await shoot(page, 'mqtt-topics');
  if (pictures) {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('tab', { name: 'Messages' }).click();
    await accessible(page, 'mqtt in the dark');
    await page.screenshot({ path: path.join(tools.images, 'mqtt-dark-1280.png') });
    await page.emulateMedia({ colorScheme: 'light' });
  }
};

/** The longest time between two frames of the page, and whether it still does what it is told. */
async function inFlood(page, { mqtt, origin, check, log, shoot }, { panel, subscribe }) {
  await subscribe('flood/#');
  await page.evaluate(() => {
    const gaps = { longest: 0, frames: 0, over: true };
    window.gaps = gaps;
    let last = performance.now();
    gaps.over = false;
    const frame = now => {
      gaps.longest = Math.max(gaps.longest, now - last);
      gaps.frames++;
      last = now;
      if (!gaps.over) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const began = Date.now();
  const flooding = flood(mqtt, 'flood', FLOOD, FLOOD_PER_SECOND);
  await page.getByText(/Showing 1 of [\d,]+ as they pass/).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused\. /).waitFor();
  const paused = Date.now() - began;
  await page.getByRole('button', { name: 'Go on' }).click();
  const perSecond = await flooding;
  const gaps = await page.evaluate(() => {
    window.gaps.over = true;
    return window.gaps;
  });
  // Each was received, or the server says that this page was too slow for it.
  const row = panel.getByRole('listitem').filter({ hasText: 'flood/#' });
  const number = text => Number(/([\d,]+) (received|messages of QoS 0)/.exec(text)?.[1].replaceAll(',', '') ?? 0);
  let sum = 0;
  let dropped = 0;
  for (const end = Date.now() + 15000; Date.now() < end && sum !== FLOOD; ) {
    const notice = page.getByText(/^The server has dropped/);
    dropped = (await notice.count()) ? number(await notice.innerText()) : 0;
    sum = number(await row.innerText()) + dropped;
    if (sum !== FLOOD) await page.waitForTimeout(100);
  }
  check(sum === FLOOD, `received and dropped are ${sum} of ${FLOOD}`);
  log(`flood of ${FLOOD} at ${perSecond}/s: ${dropped} dropped, longest gap between ${gaps.frames} frames ${Math.round(gaps.longest)} ms, paused after ${paused} ms`);
}
