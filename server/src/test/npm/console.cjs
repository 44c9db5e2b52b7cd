// What a person does with the console in headless Chromium: signs in by the link, connects a device
// (mosquitto, with the kit as it was downloaded), sees its first message, edits its shadow, provokes
// a refusal and reads why. Fails on any error of the page, any breach of its security policy,
// any request for a client certificate and whatever axe finds serious.
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
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

async function editShadow(page, thing) {
  await page.getByRole('link', { name: 'Show the thing' }).click();
  await page.getByRole('heading', { name: thing, level: 1 }).waitFor();
  await page.getByRole('link', { name: 'device-on-its-own-topics' }).waitFor();
  await page.getByText('Active', { exact: true }).waitFor();
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
  await page.getByText('What would allow it').waitFor();
  await page.getByText('topic/devices/another/data').last().waitFor();
  log('refusal explained');
  await accessible(page, 'simulator');
  await shoot(page, 'simulator');
}

async function visit(page, place, heading) {
  await page.goto(`${origin}/console/#/${place}`);
  await page.getByRole('heading', { name: heading, exact: false }).first().waitFor();
}

async function otherPages(page) {
  for (const [place, heading] of [
    ['', 'Home'],
    ['things', 'Things'],
    ['certificates', 'Certificates'],
    ['authorities', 'Authorities'],
    ['policies', 'Policies'],
    ['policies/device-on-its-own-topics', 'device-on-its-own-topics'],
    ['trust', 'Trust this server'],
  ]) {
    await visit(page, place, heading);
    await page.waitForLoadState('networkidle');
    await accessible(page, place);
    await shoot(page, place || 'home', pictures && place === '');
  }
  log('other pages seen');
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
    await editShadow(page, thing);
    await provokeRefusal(page, folder);
    await otherPages(page);
    await mqttClient(page, { mqtt, work, origin, images, pictures, check, log, shoot, accessible });
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
