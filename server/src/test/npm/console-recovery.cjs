// A person with the console in headless Chromium, while the server goes away and comes back, is busy, fails, and no
// longer knows who she is. Says what is to be done to the server and goes on when it hears that it is done.
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { chromium } = require('playwright-core');

const { link, chrome, work } = JSON.parse(process.argv[2]);
const origin = new URL(link).origin;
const problems = [];
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(what) {
  console.log(what);
  return (await lines.next()).value;
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** What axe finds serious on the page as it is now. */
async function accessible(page, name) {
  await page.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.filter(each => each.impact === 'serious' || each.impact === 'critical').map(each => `${each.id}: ${each.help}`);
  });
  found.forEach(each => problems.push(`axe on ${name}: ${each}`));
}

async function open(page, name) {
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

async function serverGoesAndComesBack(page) {
  await open(page, 'Connect a device');
  await page.getByLabel('Name', { exact: true }).fill('half-typed');
  await ask('stop the server');
  await page.getByText('The connection to the server is lost').waitFor();
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText('The server cannot be reached').waitFor();
  await accessible(page, 'a server that is away');
  // A page that was not fetched yet waits for the server.
  await page.getByRole('link', { name: 'Authorities', exact: true }).click();
  await ask('start the server');
  await page.getByRole('heading', { name: 'Authorities', level: 1 }).waitFor();
  await page.getByText('No authority is registered').waitFor();
  await page.getByText('The connection to the server is lost').waitFor({ state: 'detached' });
  check((await page.getByText('Your session has ended').count()) === 0, 'the restart has signed her out');
  await open(page, 'Connect a device');
  check((await page.getByLabel('Name', { exact: true }).inputValue()) === 'half-typed', 'the form is empty');
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText('half-typed is made').waitFor();
  console.log('the server came back');
}

/** A step that fails is done again from there, and giving up leaves nothing. */
async function stepFails(page) {
  page.once('dialog', dialog => dialog.accept());
  await page.getByRole('button', { name: 'Connect another device' }).click();
  await page.getByText('was not downloaded yet').waitFor();
  await page.getByRole('button', { name: 'Connect another device' }).click();
  const quota = body => route =>
    route.fulfill({ status: 410, headers: { 'x-amzn-errortype': 'LimitExceededException' }, body: JSON.stringify(body) });
  await page.route('**/keys-and-certificate*', quota({ message: 'this account may have 3 certificates' }));
  await page.getByLabel('Name', { exact: true }).fill('too-many');
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText('A limit has been reached').waitFor();
  await page.getByText('this account may have 3 certificates').waitFor();
  await page.getByText('the thing is made').waitFor();
  await page.getByRole('button', { name: 'Remove what was made' }).click();
  await page.getByText('the thing is made').waitFor({ state: 'detached' });
  await page.unroute('**/keys-and-certificate*');
  await open(page, 'Things');
  await page.getByRole('link', { name: 'half-typed' }).waitFor();
  check((await page.getByRole('link', { name: 'too-many' }).count()) === 0, 'a half-made thing is left');
  console.log('a step failed');
}

async function serverIsBusyAndFails(page) {
  let busy = 2;
  await page.route('**/policies?*', route =>
    busy-- > 0 ? route.fulfill({ status: busy ? 429 : 503, headers: { 'x-amzn-errortype': 'ThrottlingException' }, body: '{}' }) : route.continue(),
  );
  await open(page, 'Policies');
  await page.getByRole('link', { name: 'device-on-its-own-topics' }).waitFor();
  check(busy === -1, 'it did not try again');
  await page.route('**/certificates?*', route =>
    route.fulfill({
      status: 500,
      headers: { 'x-amzn-errortype': 'InternalFailureException', 'x-amzn-requestid': 'r-1' },
      body: '{"message": "a fault"}',
    }),
  );
  await open(page, 'Certificates');
  await page.getByText('The server has failed').first().waitFor();
  await page.getByText('Request r-1').first().waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByText('The server has failed').waitFor({ state: 'detached' });
  console.log('the server was busy and failed');
}

async function sessionEnds(page) {
  await open(page, 'Connect a device');
  await page.getByLabel('Name', { exact: true }).fill('before-it-ended');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText('Your session has ended').waitFor();
  await accessible(page, 'a session that has ended');
  const tab = await page.context().newPage();
  await tab.goto(await ask('a new link'));
  await tab.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await tab.close();
  await page.getByText('Your session has ended').waitFor({ state: 'detached' });
  check((await page.getByLabel('Name', { exact: true }).inputValue()) === 'before-it-ended', 'the form is empty');
  await page.getByRole('button', { name: 'Make the device' }).click();
  await page.getByText('before-it-ended is made').waitFor();
  console.log('the session ended');
}

(async () => {
  const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  let page;
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', error => problems.push(String(error.stack ?? error)));
    await page.goto(link);
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
    await serverGoesAndComesBack(page);
    await stepFails(page);
    await serverIsBusyAndFails(page);
    await sessionEnds(page);
  } catch (error) {
    if (page) await page.screenshot({ path: path.join(work, 'failed.png') }).catch(() => undefined);
    problems.unshift(String(error.stack ?? error));
  }
  await browser.close();
  if (problems.length) {
    console.error([...new Set(problems)].join('\n'));
    process.exit(1);
  }
  console.log('all is well again');
  process.exit(0);
})();
