// A process that serves the metrics of many replicas, each at an address of its own of this machine.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tools/launch.mjs';
import { parseExposition, render } from './exposition.mjs';

/** Every address of 127/8 is this machine; 127.0.0.1 is left to others. */
const addressOf = (replica) => `127.1.${replica >> 8}.${replica & 255}`;

/**
 * @param text the metrics of a real server.
 * @param startedAt when the replicas started, epoch ms.
 * @returns `targets`: `host:port` of each; `stop`.
 */
export async function startReplicas({ count, text, startedAt }) {
  const port = await freePort();
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  process.once('exit', () => child.kill());
  child.send({ count, text, startedAt, port });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the replicas ended with ${code}`);
  });
  await Promise.race([once(child, 'message'), failed]);
  // The exit after `stop` is not an error.
  failed.catch(() => undefined);
  return {
    targets: Array.from({ length: count }, (_, i) => `${addressOf(i)}:${port}`),
    stop: () => child.kill(),
  };
}

async function serve({ count, text, startedAt, port }) {
  const samples = parseExposition(text);
  for (let replica = 0; replica < count; replica++) {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end(render(samples, replica, Date.now() - startedAt));
    });
    server.listen(port, addressOf(replica));
    await once(server, 'listening');
  }
}

if (process.argv[2] === 'serve' && process.send) {
  process.on('disconnect', () => process.exit());
  const [options] = await once(process, 'message');
  await serve(options);
  process.send('listening');
}
