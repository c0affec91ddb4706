/** Which servers serve which version, where what answers is another program, silent or gone. */
import { expect, test } from 'vitest';
import { createFleet } from '../../src/console/fleet/fleet.ts';
import { createLive } from '../../src/console/fleet/live.ts';
import { freePort, poll } from '../../tools/launch.mjs';
import { answering } from '../support/answering.ts';

const COMMIT = 'c'.repeat(40);
const NO_FLEET = createFleet(undefined, 'm');

test('each server by its address, with the commit or the reason why it is not known', async () => {
  const serving = await answering((req, res) => {
    res.writeHead(req.url === '/prefix/healthz' ? 200 : 404, { 'x-model-commit': COMMIT }).end();
  });
  const other = await answering((_req, res) => res.writeHead(200).end('hello'));
  const moved = await answering((_req, res) => res.writeHead(302, { location: serving }).end());
  const gone = `http://127.0.0.1:${await freePort()}`;
  const live = createLive({
    servers: [`${serving}/prefix/`, other, moved, gone],
    fleet: NO_FLEET,
    own: () => undefined,
  });
  expect(await live()).toEqual({
    hasConsole: true,
    servers: [
      { name: 'This server', commit: undefined },
      { name: new URL(serving).host, commit: COMMIT },
      { name: new URL(other).host, problem: 'it does not name the version that it serves' },
      { name: new URL(moved).host, problem: expect.stringMatching(/^not reachable \(.*redirect/) },
      { name: new URL(gone).host, problem: 'not reachable (ECONNREFUSED)' },
    ],
  });
});

test('one that is silent does not keep the others', async () => {
  const silent = await answering(() => undefined);
  const live = createLive({ servers: [silent], fleet: NO_FLEET });
  expect((await live()).servers).toEqual([
    { name: new URL(silent).host, problem: 'not reachable (timeout)' },
  ]);
});

test('the replicas that Prometheus scrapes', async () => {
  const prometheus = await answering((req, res) => {
    const isAlerts = req.url?.startsWith('/api/v1/alerts');
    const result = [{ metric: { job: 'j', commit: COMMIT, version: 'v1' }, value: [0, '3'] }];
    const data = isAlerts ? { alerts: [] } : { resultType: 'vector', result };
    res.end(JSON.stringify({ status: 'success', data }));
  });
  const live = createLive({ servers: [], fleet: createFleet(prometheus, 'm') });
  const { servers } = await poll(live, { accept: (found) => found.servers.length > 0 });
  expect(servers).toEqual([{ name: '3\u00a0replicas (Prometheus)', commit: COMMIT }]);
});
