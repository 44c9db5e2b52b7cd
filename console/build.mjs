// Builds the console, if its sources have changed since the last time:
//   node build.mjs        fetches packages, checks types, bundles, compresses, weighs
//   node build.mjs test   runs the unit tests
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, 'target/web');
const classes = join(here, 'target/classes/io/thingstead/console/web');

/** What a browser loads before the first page is there, compressed by gzip. */
const FIRST_LOAD_BYTES_MAX = 450 * 1024;
const FIRST_PAGE = 'src/pages/Home.tsx';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain; charset=utf-8',
};

function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap(entry => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function sha256(...parts) {
  const hash = createHash('sha256');
  parts.forEach(part => hash.update(part));
  return hash.digest('hex');
}

function fingerprint() {
  const sources = ['build.mjs', 'index.html', 'package.json', 'package-lock.json', 'theme.ts', 'first.ts', 'tsconfig.json', 'vite.config.ts', 'kit.config.ts']
    .map(name => join(here, name))
    .concat(files(join(here, 'src')), files(join(here, 'kit')), files(join(here, 'test')));
  return sha256(process.version, ...sources.flatMap(file => [relative(here, file), readFileSync(file)]));
}

function run(command, ...args) {
  const ran = spawnSync(command, args, { cwd: here, stdio: 'inherit' });
  if (ran.status !== 0) {
    console.error(`console: ${[command, ...args].join(' ')} failed${ran.error ? `: ${ran.error.message}` : ''}`);
    process.exit(1);
  }
}

function tool(name, ...args) {
  run(process.execPath, join(here, 'node_modules', name), ...args);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`console: building it needs Node 20.19 or later; this is ${process.version}`);
    process.exit(1);
  }
}

function fetchPackages() {
  const lock = readFileSync(join(here, 'package-lock.json'));
  const stamp = join(here, 'node_modules/.fetched');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sha256(lock)) return;
  console.log('console: fetching packages from npm');
  run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error');
  writeFileSync(stamp, sha256(lock));
}

async function pack() {
  rmSync(classes, { recursive: true, force: true });
  const list = await Promise.all(
    files(web)
      .filter(file => extname(file) in TYPES)
      .map(async file => {
        const name = relative(web, file);
        const content = readFileSync(file);
        const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
        const [br, gz] = await Promise.all([
          promisify(brotliCompress)(content, brotli),
          promisify(gzip)(content, { level: 9 }),
        ]);
        mkdirSync(dirname(join(classes, name)), { recursive: true });
        writeFileSync(join(classes, `${name}.br`), br);
        writeFileSync(join(classes, `${name}.gz`), gz);
        return { name, type: TYPES[extname(file)], hash: sha256(content).slice(0, 32), gzip: gz.length };
      }),
  );
  writeFileSync(join(classes, 'files.json'), JSON.stringify(list.map(({ gzip: _, ...entry }) => entry)));
  return new Map(list.map(entry => [entry.name, entry.gzip]));
}

/** The page, and what it and the first view import. */
function weigh(sizes) {
  const manifest = JSON.parse(readFileSync(join(web, 'manifest.json'), 'utf8'));
  const needed = new Set(['index.html']);
  const visit = key => {
    const chunk = manifest[key];
    if (!chunk || needed.has(chunk.file)) return;
    needed.add(chunk.file);
    (chunk.css ?? []).forEach(file => needed.add(file));
    (chunk.imports ?? []).forEach(visit);
  };
  visit('index.html');
  visit(FIRST_PAGE);
  const bytes = [...needed].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
  console.log(`console: first load ${(bytes / 1024).toFixed(0)} KB by gzip, in ${needed.size} files`);
  if (bytes > FIRST_LOAD_BYTES_MAX) {
    console.error(`console: the first load must stay under ${FIRST_LOAD_BYTES_MAX / 1024} KB`);
    process.exit(1);
  }
}

/** Does something unless it was done for the same sources. */
async function once(what, action) {
  const stamp = join(here, 'target', `${what}.stamp`);
  const current = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return;
  checkNode();
  fetchPackages();
  await action();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, current);
}

if (process.argv[2] === 'test') {
  await once('tested', () => tool('vitest/vitest.mjs', 'run'));
} else {
  await once('built', async () => {
    tool('typescript/bin/tsc');
    tool('vite/bin/vite.js', 'build', '--logLevel', 'warn');
    weigh(await pack());
    // The kit alone, for the tests that run its programs.
    tool('vite/bin/vite.js', 'build', '--config', 'kit.config.ts', '--logLevel', 'warn');
  });
}
