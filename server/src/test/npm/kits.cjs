// Packs kits as the console does, by the console's own code, and prints the policy of their devices.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { module: made, folder, account, region, kits } = JSON.parse(process.argv[2]);

(async () => {
  const { pack, policyOf } = await import(pathToFileURL(made));
  for (const kit of kits) {
    const { name, content } = pack(kit);
    writeFileSync(join(folder, name), Buffer.from(await content.arrayBuffer()));
  }
  console.log(policyOf(account, region));
})();
