// What is known against the packages of the web console: npm's own audit of its lock file, less what is accepted in
// accepted-npm.json: [{"id": "GHSA-…", "until": "YYYY-MM-DD", "why": "…"}].
// Exit code 0: nothing; 1: something; 4: the registry could not be asked, so nothing is known.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const today = new Date().toISOString().slice(0, 10);
const accepted = new Map(
  JSON.parse(readFileSync(process.env.THINGSTEAD_ACCEPTED_NPM ?? join(here, 'accepted-npm.json'), 'utf8')).map(each => {
    if (!/^GHSA-/.test(each.id ?? '') || !/^\d{4}-\d\d-\d\d$/.test(each.until ?? '') || !each.why) {
      console.error('accepted-npm.json: each finding has an id (GHSA-…), until (YYYY-MM-DD) and why');
      process.exit(2);
    }
    return [each.id, each];
  }),
);

const ran = spawnSync('npm', ['audit', '--json', '--package-lock-only'], {
  cwd: join(here, '../console'),
  encoding: 'utf8',
  maxBuffer: 64 << 20,
});
let report;
try {
  report = JSON.parse(ran.stdout);
} catch {
  report = {};
}
if (!report.vulnerabilities || report.error || report.message) {
  const why = report.message ?? report.error?.summary ?? ran.stderr?.trim().split('\n')[0] ?? ran.error?.message;
  console.error(`console: npm's registry does not tell what is known (${why}); nothing was checked`);
  process.exit(4);
}

let open = 0;
for (const [name, { via }] of Object.entries(report.vulnerabilities)) {
  for (const advisory of via.filter(each => typeof each === 'object')) {
    const id = advisory.url?.split('/').at(-1) ?? String(advisory.source);
    const reason = accepted.get(id);
    const holds = reason && reason.until >= today;
    open += holds ? 0 : 1;
    const why = holds ? ` (accepted until ${reason.until}: ${reason.why})` : reason ? ` (was accepted until ${reason.until})` : '';
    console.log(`console: ${advisory.severity} ${name} ${advisory.range}: ${advisory.title} ${advisory.url}${why}`);
  }
}
console.log(open === 0 ? "console: nothing is open against the console's packages" : `console: ${open} open`);
process.exit(open === 0 ? 0 : 1);
