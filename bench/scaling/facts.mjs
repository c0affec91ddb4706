// What a replica writes, exports and fetches: bytes of a log line, series and bytes of a scrape, requests and
// bytes of `models fetch` from S3.
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import {
  freePort,
  launch,
  launchServer,
  MAIN,
  poll,
  ROOT,
  waitUntilReady,
} from '../../tools/launch.mjs';
import { temporaryFolder } from '../../tools/temporary.mjs';
import { createTextSource, makeTexts } from '../texts.mjs';

const TEXTS = 400;
const TEXTS_PER_REQUEST = 40;
const SCRAPES = 20;
const LOG_TIMEOUT_MS = 300_000;
const BUCKETS_OF_GET = /^http_request_duration_seconds_bucket\{.*method="GET"/;
const JSON_HEADERS = { 'content-type': 'application/json' };

async function startLogged(env) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = launchServer({ PORT: `${port}`, WORKERS: '1', ...env });
  await waitUntilReady(url, server);
  return { ...server, url };
}

const predict = async (url, inputs) => {
  const body = JSON.stringify({ inputs });
  const answer = await fetch(`${url}/predict`, { method: 'POST', headers: JSON_HEADERS, body });
  await answer.arrayBuffer();
};

/** Lines of the log and a scrape, of a server that has classified some texts. */
export async function measureOutput() {
  const { url, lines, stop } = await startLogged({ CACHE_SIZE: '0' });
  const texts = makeTexts(TEXTS);
  for (let i = 0; i < TEXTS; i += TEXTS_PER_REQUEST) {
    await predict(url, texts.slice(i, i + TEXTS_PER_REQUEST));
  }
  const predictions = () => lines.filter(({ event }) => event === 'prediction');
  if (!(await poll(() => predictions().length >= TEXTS, { timeoutMs: LOG_TIMEOUT_MS }))) {
    throw new Error('predictions have no line in the log');
  }
  const bytesOf = (line) => Buffer.byteLength(JSON.stringify(line)) + 1;
  const logBytes = predictions().reduce((sum, line) => sum + bytesOf(line), 0) / TEXTS;
  const scrape = async (encoding) => {
    const answer = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': encoding } });
    return { text: await answer.text(), bytes: Number(answer.headers.get('content-length')) };
  };
  const times = [];
  for (let i = 0; i < SCRAPES; i++) {
    const before = performance.now();
    await scrape('gzip');
    times.push(performance.now() - before);
  }
  const { text } = await scrape('identity');
  await stop();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return {
    logBytes,
    series: samples.length,
    // What docs/measurements/scaling.md drops.
    bucketsOfGet: samples.filter((line) => BUCKETS_OF_GET.test(line)).length,
    scrapeBytes: Buffer.byteLength(text),
    // Whatever takes longer is of other programs.
    scrapeMs: Math.min(...times),
  };
}

/** A proxy that counts requests and the bytes of their answers. */
async function countRequests(port) {
  const counted = { requests: 0, bytes: 0 };
  const server = createServer((incoming, outgoing) => {
    counted.requests += 1;
    const { method, url: path, headers } = incoming;
    const forwarded = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.rawHeaders);
      answer.on('data', (chunk) => {
        counted.bytes += chunk.length;
      });
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { counted, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Requests and bytes of `models fetch` of the pinned version, from a real S3 server. */
export async function measureFetch(commit) {
  const port = await freePort();
  const args = ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', temporaryFolder()];
  const keys = { ROOT_ACCESS_KEY: 'bench-key', ROOT_SECRET_KEY: 'bench-secret' };
  const s3 = launch('versitygw', args, { env: { ...process.env, ...keys }, stdio: 'ignore' });
  const isListening = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
        resolve(false),
      );
      socket.on('connect', () => socket.destroy());
    });
  await poll(isListening);
  const proxy = await countRequests(port);
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_S3: proxy.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: keys.ROOT_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: keys.ROOT_SECRET_KEY,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const command = async (...flags) => {
    const { exited } = launch(process.execPath, [MAIN, 'models', ...flags], {
      ...{ cwd: ROOT, env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if ((await exited).code !== 0) {
      throw new Error(`models ${flags.join(' ')} failed`);
    }
  };
  const store = ['--model-store', 's3://models/production'];
  await createBucket(env);
  await command('publish', commit, '--from', 'models', ...store);
  Object.assign(proxy.counted, { requests: 0, bytes: 0 });
  const started = performance.now();
  await command('fetch', commit, ...store, '--model-cache', temporaryFolder());
  const seconds = (performance.now() - started) / 1000;
  const { requests, bytes } = proxy.counted;
  proxy.close();
  await s3.stop();
  return { requests, bytes, seconds };
}

async function createBucket(env) {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3,
    region: env.AWS_REGION,
    forcePathStyle: true,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    },
  });
  await client.send(new CreateBucketCommand({ Bucket: 'models' }));
  client.destroy();
}

/** A client with this pool of connections. */
const POOL = 8;
const PINNED_REQUESTS = 400;

/** A forwarder of connections, each to one of its backends at random, as kube-proxy does it. */
async function forwardConnections(backends) {
  const server = createTcpServer((socket) => {
    const { port, hostname } = new URL(backends[Math.floor(Math.random() * backends.length)]);
    const backend = connect(Number(port), hostname);
    socket.pipe(backend).pipe(socket);
    const end = () => {
      socket.destroy();
      backend.destroy();
    };
    socket.on('error', end).on('close', end);
    backend.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Sends requests, by as many connections at a time as the pool has. @returns how many failed. */
async function send(url, { bodies, agent }) {
  const { hostname, port } = new URL(url);
  let failed = 0;
  const one = (body) =>
    new Promise((resolve) => {
      const fail = () => {
        failed += 1;
        resolve();
      };
      const options = {
        hostname,
        port,
        agent,
        path: '/predict',
        method: 'POST',
        headers: JSON_HEADERS,
      };
      const sent = httpRequest(options, (answer) => {
        failed += answer.statusCode === 200 ? 0 : 1;
        answer.resume().on('end', resolve).on('error', fail);
      });
      sent.on('error', fail).end(body);
    });
  await Promise.all(bodies.map(one));
  return failed;
}

/**
 * A client with a pool of connections that it keeps, behind which a second replica is added.
 *
 * @returns the share of the second replica in the requests after that, and how many `failed`.
 */
export async function measureNewReplica(env = {}) {
  const servers = [await startLogged(env), await startLogged(env)];
  for (const { stopReading } of servers) {
    stopReading();
  }
  const backends = [servers[0].url];
  const service = await forwardConnections(backends);
  const agent = new Agent({ keepAlive: true, maxSockets: POOL });
  const source = createTextSource();
  const bodies = () => source(PINNED_REQUESTS).map((inputs) => JSON.stringify({ inputs }));
  const answered = async ({ url }) => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const found =
      /^http_requests_total\{method="POST",route="\/predict",status="200"\} (\d+)$/m.exec(metrics);
    return Number(found[1]);
  };
  let failed = await send(service.url, { bodies: bodies(), agent });
  const before = await answered(servers[0]);
  backends.push(servers[1].url);
  failed += await send(service.url, { bodies: bodies(), agent });
  const [first, second] = [(await answered(servers[0])) - before, await answered(servers[1])];
  agent.destroy();
  service.close();
  await Promise.all(servers.map(({ stop }) => stop()));
  return { requests: PINNED_REQUESTS, connections: POOL, share: second / (first + second), failed };
}
