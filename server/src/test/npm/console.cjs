// What a person does with the console in headless Chromium: signs in by the link, connects a device
// (mosquitto, with the kit as it was downloaded), sees its first message, edits its shadow, provokes
// a refusal and reads why. Fails on any error of the page, any breach of its security policy,
// any request for a client certificate and whatever axe finds serious.
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const mqttjs = require('mqtt');
const { chromium } = require('playwright-core');
const mqttClient = require('./console-mqtt.cjs');

const { link, chrome, work, images, pictures, mqtt } = JSON.parse(process.argv[2]);
const origin = new URL(link).origin;
const axe = require.resolve('axe-core/axe.min.js');
const problems = [];
const began = Date.now();

function log(what) {
  console.log(`${((Date.now() - began) / 1000).toFixed(1)} s: ${what}`);
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** Serious problems of the page as it is now, each in a line. */
async function accessible(page, name) {
  // The page's own policy would keep a script out that is added as an element.
  await page.evaluate(fs.readFileSync(axe, 'utf8'));
  const found = await page.evaluate(async () => {
    // What is still fading in has not its colours yet.
    const fading = document.getAnimations().filter(each => each.effect.getTiming().iterations !== Infinity);
    await Promise.all(fading.map(each => each.finished.catch(() => undefined)));
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(each => each.impact === 'serious' || each.impact === 'critical')
      .map(each => `${each.id}: ${each.help} (${each.nodes.map(node => node.html.slice(0, 160)).slice(0, 3).join(' | ')})`);
  });
  found.forEach(each => problems.push(`axe on ${name}: ${each}`));
}

/** The page wide and narrow, for the documents and for those who look. */
async function shoot(page, name, kept = pictures) {
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    await page.setViewportSize({ width, height });
    if (kept) {
      await page.waitForTimeout(300); // the navigation folds
      await page.screenshot({ path: path.join(images, `${name}-${width}.png`) });
    }
    await page
      .waitForFunction(() => document.documentElement.scrollWidth - window.innerWidth <= 1, null, { timeout: 3000 })
      .catch(() => problems.push(`${name} is wider than ${width}`));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

function watch(page) {
  page.on('console', message => {
    // The browser's own line for an answer that is no success; pages show it in words.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  page.on('pageerror', error => problems.push(String(error.stack ?? error)));
  page.on('request', request => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && new URL(url).host !== new URL(origin).host) problems.push(`a request to ${url}`);
  });
}

/** Why the first page is there in less than a second: few bytes, and nothing waits for something else to be read. */
async function lightly(page) {
  const loaded = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(each => ({
      path: new URL(each.name).pathname,
      by: each.initiatorType,
      bytes: each.encodedBodySize,
    })),
  );
  const assets = loaded.filter(each => /\.(js|css)$/.test(each.path));
  // mqtt.js comes afterwards; all else is named in the page itself, and so asked for at once.
  const html = await page.evaluate(async () => (await fetch(location.pathname)).text());
  const late = assets.filter(each => !html.includes(each.path) && !/mqtt/.test(each.path));
  const bytes = assets.reduce((sum, each) => sum + each.bytes, 0);
  check(late.length === 0, `not named in the page: ${late.map(each => each.path)}`);
  check(assets.length <= 30 && bytes < 420 * 1024, `${assets.length} files of ${bytes} bytes before the first page`);
  const session = loaded.filter(each => each.path === '/_thingstead/console/session');
  check(session.length === 1 && session[0].by === 'link', `the session was asked for ${session.length} times, by ${session[0]?.by}`);
  log(`the first page takes ${assets.length} files of ${Math.round(bytes / 1024)} KB`);
}

async function signIn(page) {
  await page.goto(link);
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  check(!page.url().includes('sign-in'), 'the token is still in the address');
  const interactive = await page.evaluate(() => performance.now());
  log(`signed in; ${Math.round(interactive)} ms after the page began`);
  const cookies = await page.context().cookies();
  check(cookies.length === 1 && cookies[0].httpOnly && cookies[0].secure && cookies[0].sameSite === 'Strict', 'the cookie');
  check((await page.evaluate(() => document.cookie)) === '', 'scripts see the cookie');
  await page.reload();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await lightly(page);
  await accessible(page, 'home');
}

async function connectDevice(page, thing) {
  await page.getByRole('link', { name: 'Connect a device' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill(thing);
  await accessible(page, 'connect');
  await page.getByRole('button', { name: 'Make the device' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the kit' }).click();
  const kit = path.join(work, 'kit.zip');
  await (await download).saveAs(kit);
  execFileSync('unzip', ['-q', '-o', kit, '-d', work]);
  const folder = path.join(work, thing);
  check((fs.statSync(path.join(folder, 'device.key')).mode & 0o077) === 0, 'others can read the key');
  await page.getByText('Waiting for the first message').waitFor();
  await shoot(page, 'connect');
  const ran = spawnSync('sh', [path.join(folder, 'mosquitto.sh')], { encoding: 'utf8' });
  check(ran.status === 0, `the kit's script failed: ${ran.stdout}${ran.stderr}`);
  await page.getByText('The first message has come').waitFor();
  await page.getByText('{"temperature": 21.5}', { exact: true }).waitFor();
  log('first message');
  await accessible(page, 'first message');
  await shoot(page, 'first-message');
  return folder;
}

/** Tells the device something; a name that is taken; a device that keeps its key to itself. */
async function connectOthers(page, thing) {
  await page.getByLabel('Answer it').fill('{"every": 60}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Sent', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Connect another device' }).click();
  await page.getByLabel('Name', { exact: true }).fill(thing);
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText(`There is a thing ${thing} already`).waitFor();
  await accessible(page, 'a name that is taken');
  await page.getByLabel('Name', { exact: true }).fill('sensor-2');
  await page.getByLabel('Thing type').fill('sensor');
  await page.getByText('The device has its key').click();
  const request = execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'own.key', '-subj', '/CN=sensor-2'], {
    cwd: work,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await page.getByLabel('Certificate signing request (PEM)').fill(request);
  await accessible(page, 'a request');
  await page.getByRole('link', { name: 'Things', exact: true }).click();
  await page.getByRole('heading', { name: 'Things', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Connect a device' }).first().click();
  await page.getByRole('button', { name: 'Make the device' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the kit' }).click();
  const kit = path.join(work, 'kit-2.zip');
  await (await download).saveAs(kit);
  execFileSync('unzip', ['-q', '-o', kit, '-d', work]);
  const other = path.join(work, 'sensor-2');
  check(!fs.existsSync(path.join(other, 'device.key')), 'the kit has a key that nobody gave away');
  fs.renameSync(path.join(work, 'own.key'), path.join(other, 'device.key'));
  const ran = spawnSync('sh', [path.join(other, 'mosquitto.sh')], { encoding: 'utf8' });
  check(ran.status === 0, `the other kit's script failed: ${ran.stdout}${ran.stderr}`);
  await page.getByText('The first message has come').waitFor();
  log('a device with its own key');
  await visit(page, `things/${thing}`, thing);
}

async function editShadow(page, thing) {
  await page.getByRole('heading', { name: thing, level: 1 }).waitFor();
  await page.getByRole('link', { name: 'device-on-its-own-topics' }).waitFor();
  await page.getByText('Active', { exact: true }).waitFor();
  await rightsAndConflict(page, thing);
  await accessible(page, 'thing');
  await shoot(page, 'thing');
  await page.getByRole('tab', { name: 'Shadow' }).click();
  await page.getByText('(Version 1)').waitFor();
  await page.getByLabel('Desired', { exact: true }).fill('{"temperature": 19, "fan": {"on": true}}');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('(Version 2)').waitFor();
  await page.getByText('fan.on').waitFor();
  log('shadow edited');
  await accessible(page, 'shadow');
  await shoot(page, 'shadow');
}

async function provokeRefusal(page, folder) {
  await page.getByRole('link', { name: 'Refusals' }).click();
  await page.getByRole('heading', { name: 'Refusals' }).waitFor();
  spawnSync('sh', [path.join(folder, 'mosquitto.sh'), 'devices/another/data', '{"temperature": 0}']);
  const row = page.getByRole('row').filter({ hasText: 'devices/another/data' });
  await row.first().waitFor();
  log('refusal shown');
  await accessible(page, 'refusals');
  await shoot(page, 'refusals');
  await row.first().getByRole('link', { name: 'Explain' }).click();
  await page.getByText('Denied', { exact: true }).waitFor();
  await page.getByText('They say the same as then, for the same reason.').waitFor();
  await page.getByText('What would allow it').waitFor();
  await page.getByText('topic/devices/another/data').first().waitFor();
  log('refusal explained');
  await accessible(page, 'simulator');
  await shoot(page, 'simulator');
  await page.getByRole('button', { name: 'Add to device-on-its-own-topics' }).click();
  await page.getByText(/^\+ .*topic\/devices\/another\/data/).waitFor();
  await accessible(page, 'difference');
  await shoot(page, 'difference');
  await page.getByRole('button', { name: 'Save as a new version' }).click();
  await page.getByText('Allowed', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Refused' }).waitFor();
  const again = spawnSync('sh', [path.join(folder, 'mosquitto.sh'), 'devices/another/data', '{"temperature": 1}']);
  check(again.status === 0, 'what the new version allows is still refused');
  log('what would allow it was put into the policy');
}

/** What another administrator does meanwhile: the public API, by the page's own session. */
async function meanwhile(page, method, path, body, headers = {}) {
  const status = await page.evaluate(
    async call => {
      const { csrfToken } = await (await fetch('/_thingstead/console/session')).json();
      const answer = await fetch(call.path, {
        method: call.method,
        headers: { 'x-thingstead-service': 'iot', 'x-thingstead-csrf': csrfToken, 'content-type': 'application/json', ...call.headers },
        body: call.body ? JSON.stringify(call.body) : null,
      });
      return answer.ok ? 200 : `${answer.status} ${await answer.text()}`;
    },
    { method, path, body, headers },
  );
  check(status === 200, `${method} ${path}: ${status}`);
}

/** A policy that comes through a group above the thing's own; an edit that another one has overtaken. */
async function rightsAndConflict(page, thing) {
  await meanwhile(page, 'POST', '/thing-groups/house', {});
  await meanwhile(page, 'POST', '/thing-groups/floor-1', { parentGroupName: 'house' });
  await meanwhile(page, 'PUT', '/thing-groups/addThingToThingGroup', { thingName: thing, thingGroupName: 'floor-1' });
  const statement = { Effect: 'Allow', Action: 'iot:Publish', Resource: 'arn:aws:iot:*:*:topic/house/*' };
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await meanwhile(page, 'POST', '/policies/of-the-house', { policyDocument });
  const told = await page.evaluate(async () => (await fetch('/_thingstead/console/session')).json());
  const target = `arn:aws:iot:${told.region}:${told.account}:thinggroup/house`;
  await meanwhile(page, 'PUT', '/target-policies/of-the-house', { target });
  await page.reload();
  await page.getByText('group house, above floor-1').waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Attributes', { exact: true }).fill('{"colour": "red"}');
  await meanwhile(page, 'PATCH', `/things/${thing}`, { attributePayload: { attributes: { colour: 'green', room: '1' } } });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Somebody has saved version 2 meanwhile').waitFor();
  await accessible(page, 'conflict');
  await page.getByRole('button', { name: 'Go on with mine' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('red', { exact: true }).waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  log('a conflict was told and solved');
}

function openssl(...args) {
  return execFileSync('openssl', args, { cwd: work, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
}

function certify(name, subject, ...more) {
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-subj', subject, ...more);
}

function sign(name) {
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'own.crt', '-CAkey', 'own.key', '-days', '90', '-out', `${name}.crt`);
}

/** An authority of the account's own is registered, and a device that it has certified comes. */
async function newcomer(page) {
  certify('own', '/CN=Factory', '-x509', '-days', '365', '-out', 'own.crt');
  await visit(page, 'authorities', 'Authorities');
  await page.getByRole('button', { name: 'Register an authority' }).click();
  const code = page.getByText(/CN=[0-9a-f]{64}/);
  certify('verification', `/CN=${/CN=([0-9a-f]+)/.exec(await code.textContent())[1]}`, '-out', 'verification.csr');
  sign('verification');
  const read = name => fs.readFileSync(path.join(work, name), 'utf8');
  await page.getByLabel("The authority's certificate (PEM)").fill(read('own.crt'));
  await page.getByLabel('The verification certificate (PEM)').fill(read('verification.crt'));
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText('Prove that the authority is yours').waitFor({ state: 'detached' });
  certify('newcomer', '/CN=newcomer-1', '-out', 'newcomer.csr');
  sign('newcomer');
  fs.writeFileSync(path.join(work, 'newcomer.pem'), read('newcomer.crt') + read('own.crt'));
  const told = await page.evaluate(async () => (await fetch('/_thingstead/console/session')).json());
  fs.writeFileSync(path.join(work, 'ca.pem'), told.ca);
  const tried = spawnSync(
    'mosquitto_pub',
    ['-h', told.deviceHost, '-p', told.devicePort, '--cafile', 'ca.pem', '--cert', 'newcomer.pem', '--key', 'newcomer.key', '-i', 'newcomer-1', '-t', 'a', '-m', 'b'],
    { cwd: work, encoding: 'utf8' },
  );
  check(tried.status !== 0, 'a certificate that waits was let in');
}

/** Home shows what happened, and what needs somebody until somebody has acted. */
async function home(page) {
  await newcomer(page);
  await visit(page, '', 'Home');
  await page.locator('[data-chart="messages"] canvas').waitFor();
  await page.locator('[data-chart="messages"]').getByText(/in: \d+ altogether/).waitFor();
  await page.locator('[data-chart="refused"]').getByText(/refused: \d+ altogether/).waitFor();
  await page.locator('[data-chart="rules"]').getByText('Nothing of this in the time shown.').waitFor();
  await page.getByText('A certificate waits for your activation').waitFor();
  await accessible(page, 'home with figures');
  await shoot(page, 'home');
  await page.getByText('As tables').click();
  await page.locator('[data-chart="messages"] table').waitFor();
  await accessible(page, 'home as tables');
  await page.getByText('As tables').click();
  await page.getByText('Last day').click();
  await page.locator('[data-chart="connections"] canvas').waitFor();
  await page.getByRole('link', { name: 'See who waits' }).click();
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByText('None is waiting.').waitFor();
  await visit(page, '', 'Home');
  await page.getByText('Nothing needs you.').waitFor();
  log('a newcomer was activated from Home');
}

const FLOOD = 1500;

/** A device that tries what it may not, as fast as it can: the page shows it and can still be used. */
async function flood(page, thing, folder) {
  await visit(page, 'refusals', 'Refusals');
  const read = name => fs.readFileSync(path.join(folder, name));
  const told = await page.evaluate(async () => (await fetch('/_thingstead/console/session')).json());
  const device = await mqttjs.connectAsync(`mqtts://${told.deviceHost}:${told.devicePort}`, {
    clientId: thing, protocolVersion: 5, cert: read('device.crt'), key: read('device.key'), ca: read('ca.pem'), reconnectPeriod: 0,
  });
  await page.evaluate(() => {
    window.gap = 0;
    let last = performance.now();
    const frame = now => {
      window.gap = Math.max(window.gap, now - last);
      last = now;
      window.frame = requestAnimationFrame(frame);
    };
    window.frame = requestAnimationFrame(frame);
  });
  const began = Date.now();
  for (let sent = 0; sent < FLOOD; sent += 50) {
    const some = Array.from({ length: 50 }, (_, i) => device.publishAsync(`flood/${sent + i}`, 'x', { qos: 1 }));
    const ended = await Promise.allSettled(some);
    check(ended.every(each => each.status === 'rejected'), 'something of the flood was allowed');
    if (sent === 500) await page.getByText('Hold').click();
    if (sent === 1000) await page.getByText('Hold').click();
  }
  const took = Date.now() - began;
  // The latest are known, those before them as far as the page keeps them, all are counted.
  await page.getByText(`flood/${FLOOD - 1}`, { exact: true }).waitFor();
  await page.getByText('came too fast to be told one by one').waitFor();
  const gap = await page.evaluate(() => {
    cancelAnimationFrame(window.frame);
    return window.gap;
  });
  log(`${Math.round((FLOOD * 1000) / took)} refusals a second; the longest wait for a frame was ${Math.round(gap)} ms`);
  await page.getByLabel('Find in refusals').fill(`flood/${FLOOD - 1}`);
  await page.getByRole('link', { name: 'Explain' }).first().click();
  await page.getByText('What would allow it').waitFor();
  await device.endAsync(true);
  await visit(page, '', 'Home');
  await page.getByText('refusals in the last five minutes').waitFor();
}

async function visit(page, place, heading) {
  await page.goto(`${origin}/console/#/${place}`);
  await page.getByRole('heading', { name: heading, exact: false }).first().waitFor();
}

async function otherPages(page) {
  for (const [place, heading] of [
    ['things', 'Things'],
    ['clients', 'Clients'],
    ['certificates', 'Certificates'],
    ['authorities', 'Authorities'],
    ['policies', 'Policies'],
    ['policies/device-on-its-own-topics', 'device-on-its-own-topics'],
    ['trust', 'Trust this server'],
  ]) {
    await visit(page, place, heading);
    await page.waitForLoadState('networkidle');
    await accessible(page, place);
    await shoot(page, place, false);
  }
  log('other pages seen');
}

/** The thing goes with its certificate, in the order in which that can be. */
async function deleteThing(page, thing) {
  await visit(page, `things/${thing}`, thing);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Delete its certificate too').waitFor();
  await accessible(page, 'deleting');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('heading', { name: 'Things', level: 1 }).waitFor();
  await page.getByRole('link', { name: thing, exact: true }).waitFor({ state: 'detached' });
  log('thing deleted');
}

async function signOutAndIn(page) {
  // A session that ends elsewhere: the page stays, and says so.
  await page.context().clearCookies();
  await page.goto(`${origin}/console/#/things`);
  await page.getByText('Your session has ended').waitFor();
  await accessible(page, 'signed out');
  await page.reload();
  await page.getByText('./thingstead console').waitFor();
  await shoot(page, 'sign-in');
  log('signed out');
}

async function dark(page) {
  await page.emulateMedia({ colorScheme: 'dark' });
  await visit(page, '', 'Home');
  await accessible(page, 'home in the dark');
  if (pictures) await page.screenshot({ path: path.join(images, 'home-dark-1280.png') });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Whether the server ever asked the browser for a certificate, by the browser's own log. */
function askedForCertificate(netLog) {
  const text = fs.readFileSync(netLog, 'utf8');
  const type = /"SSL_CLIENT_CERT_REQUESTED":(\d+)/.exec(text)?.[1];
  check(type !== undefined, 'the browser knows no such event any more');
  check(/"SSL_CONNECT":(\d+)/.test(text), 'the log has no TLS');
  return new RegExp(`"type":${type}[,}]`).test(text);
}

(async () => {
  const netLog = path.join(work, 'net.json');
  fs.mkdirSync(images, { recursive: true });
  const browser = await chromium.launch({
    executablePath: chrome,
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--log-net-log=${netLog}`, '--net-log-capture-mode=Default'],
  });
  let page;
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, acceptDownloads: true, reducedMotion: 'reduce', viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.setDefaultTimeout(15000);
    watch(page);
    const thing = 'thermometer-1';
    await signIn(page);
    const folder = await connectDevice(page, thing);
    await connectOthers(page, thing);
    await editShadow(page, thing);
    await provokeRefusal(page, folder);
    await home(page);
    await flood(page, thing, folder);
    await otherPages(page);
    await mqttClient(page, { mqtt, work, origin, images, pictures, check, log, shoot, accessible });
    await deleteThing(page, thing);
    await dark(page);
    await signOutAndIn(page);
  } catch (error) {
    if (page) await page.screenshot({ path: path.join(work, 'failed.png') }).catch(() => undefined);
    problems.unshift(String(error.stack ?? error));
  }
  await browser.close();
  if (askedForCertificate(netLog)) problems.push('the browser was asked for a client certificate');
  if (problems.length) {
    console.error([...new Set(problems)].join('\n'));
    process.exit(1);
  }
  console.log('the journey is complete');
})();
