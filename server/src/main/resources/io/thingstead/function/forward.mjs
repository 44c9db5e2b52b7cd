// Inside the sandbox there is no network but the loopback interface of its own. Each port named in
// THINGSTEAD_FORWARD (PORT=SOCKET,…) leads through a Unix socket to the server outside.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

export async function forward(list) {
  for (const each of (list ?? '').split(',').filter(Boolean)) {
    const [port, path] = each.split('=');
    await new Promise((ready, failed) => {
      const server = net.createServer({ allowHalfOpen: true }, (inside) => {
        const outside = net.connect({ path, allowHalfOpen: true });
        const end = () => { inside.destroy(); outside.destroy(); };
        inside.on('error', end);
        outside.on('error', end);
        inside.pipe(outside);
        outside.pipe(inside);
        inside.unref();
        outside.unref();
      });
      server.on('error', failed);
      server.listen(Number(port), '127.0.0.1', ready);
      server.unref();
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = process.env.THINGSTEAD_FORWARD;
  delete process.env.THINGSTEAD_FORWARD;
  await forward(list);
  const child = spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit' });
  child.on('error', (e) => { console.error(String(e)); process.exit(127); });
  child.on('exit', (code, signal) => process.exit(signal ? 137 : code));
}
