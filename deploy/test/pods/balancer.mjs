// A Service as kube-proxy does it, as far as clients notice: each new connection goes to one of the ready
// endpoints, chosen at random; after that it stays where it is, whatever becomes of the endpoints. Where there is
// no endpoint, or where it refuses the connection, the client's connection is reset.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @returns `url`, the set `endpoints` of `{host, port}`, and `close`. */
export async function startBalancer() {
  const endpoints = new Set();
  const open = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const all = [...endpoints];
    const endpoint = all[Math.floor(Math.random() * all.length)];
    if (!endpoint) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const pod = connect({ ...endpoint, allowHalfOpen: true, noDelay: true });
    join(client, pod);
    join(pod, client);
    open.add(client);
    client.once('close', () => open.delete(client));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    endpoints,
    close: () => {
      server.close();
      for (const client of open) {
        client.destroy();
      }
    },
  };
}

/** Bytes and the end of one side go to the other; so does a reset. */
function join(from, to) {
  from.pipe(to);
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => to.destroySoon());
}
