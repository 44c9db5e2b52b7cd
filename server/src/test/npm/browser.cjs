// MQTT.js in headless Chromium: connects by each URL that it is given, and hears what it publishes; by a URL that was
// tampered with it does not come in. Argument: {chrome, urls, topic, clientId}.
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const { chrome, urls, topic, clientId } = JSON.parse(process.argv[2]);
const mqttJs = fs.readFileSync(path.join(path.dirname(require.resolve('mqtt/package.json')), 'dist/mqtt.min.js'), 'utf8');

/** Runs in the page. */
async function talk({ url, topic, clientId }) {
  const client = mqtt.connect(url, { clientId, reconnectPeriod: 0, connectTimeout: 10000 });
  try {
    await new Promise((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    const heard = new Promise(resolve => client.once('message', (on, payload) => resolve(`heard ${payload} on ${on}`)));
    await client.subscribeAsync(topic, { qos: 1 });
    await client.publishAsync(topic, 'hello', { qos: 1 });
    return await heard;
  } catch (error) {
    return `refused: ${error.message}`;
  } finally {
    client.end(true);
  }
}

async function main() {
  // The page that explains how to trust the own CA is for people; here the browser is told.
  const args = ['--no-sandbox', '--ignore-certificate-errors'];
  const browser = await chromium.launch({ executablePath: chrome, args });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: mqttJs });
    for (const url of urls) console.log(await page.evaluate(talk, { url, topic, clientId }));
    const tampered = urls[0].replace(/(X-Amz-Signature=)./, '$1x');
    console.log(await page.evaluate(talk, { url: tampered, topic, clientId }));
  } finally {
    await browser.close();
  }
}

main().then(
  () => process.exit(0),
  error => {
    console.error(error);
    process.exit(1);
  },
);
