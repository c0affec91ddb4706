// Open loop: requests are sent at a constant rate, however long the answers take, by a separate process.
// Latency is measured from the time at which a request was due. It uses sockets directly, because CPU time
// of the client is not available to the server.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from './stats.mjs';

/** How long to wait for answers after the last request. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * @param load `rate` a second for `seconds`; `path`; `bodies` to post, one for each request; without
 * them, requests are GET.
 * @returns `statuses` by number, 0 if there was no answer: `count`, `rate` a second until the last of
 * them, `p50`, `p99`, `max` in ms; `lag99`: delay with which requests were sent, ms; `cpu`: the client's
 * share of a core; `samples`: when each was due (epoch ms), its status and latency.
 */
export async function openLoop(url, load) {
  const child = fork(fileURLToPath(import.meta.url), ['load']);
  child.send({ url, ...load });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the open loop ended with ${code}`);
  });
  const [result] = await Promise.race([once(child, 'message'), failed]);
  // The exit after the result is not an error.
  failed.catch(() => undefined);
  return result;
}

/** A connection for one request at a time: `send` resolves with the status, 0 if the connection broke. */
function connect({ hostname, port }) {
  const socket = net.connect(Number(port), hostname).setNoDelay(true);
  let received = Buffer.alloc(0);
  let onStatus = () => undefined;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const end = received.indexOf('\r\n\r\n');
    const head = received.latin1Slice(0, Math.max(end, 0));
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (received.length >= end + 4 + length) {
      received = Buffer.alloc(0);
      onStatus(Number(head.slice(9, 12)));
    }
  });
  socket.on('error', () => undefined).on('close', () => onStatus(0));
  return {
    socket,
    send: (request) =>
      new Promise((resolve) => {
        onStatus = resolve;
        socket.write(request);
      }),
  };
}

async function generate({ url, rate, seconds, path, bodies }) {
  const origin = new URL(url);
  const head = `${path} HTTP/1.1\r\nhost: ${origin.host}\r\ncontent-type: application/json\r\n`;
  const start = performance.now() + 100;
  const samples = Array.from({ length: Math.round(rate * seconds) }, (_, i) => ({
    due: start + (i * 1000) / rate,
    status: 0,
  }));
  const idle = [];
  const cpu = process.cpuUsage();

  const send = async (sample, body) => {
    let connection = idle.pop();
    while (!connection || connection.socket.destroyed) {
      connection = idle.pop() ?? connect(origin);
    }
    sample.lag = performance.now() - sample.due;
    sample.status = await connection.send(
      body === undefined
        ? `GET ${head}\r\n`
        : `POST ${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    sample.latency = performance.now() - sample.due;
    idle.push(connection);
  };

  const answers = [];
  for (const [i, sample] of samples.entries()) {
    const remainingMs = sample.due - performance.now();
    if (remainingMs > 0) {
      await sleep(Math.ceil(remainingMs));
    }
    answers.push(send(sample, bodies?.[i]));
  }
  await Promise.race([Promise.all(answers), sleep(ANSWER_TIMEOUT_MS)]);
  const { user, system } = process.cpuUsage(cpu);
  const lags = samples.map(({ lag }) => lag);
  return {
    statuses: summarize(samples, start),
    lag99: quantile(lags, 0.99),
    cpu: (user + system) / 1000 / (performance.now() - start),
    samples: samples.map(({ due, ...each }) => ({ ...each, at: performance.timeOrigin + due })),
  };
}

function summarize(samples, start) {
  const statuses = {};
  for (const status of new Set(samples.map((sample) => sample.status))) {
    const group = samples.filter((sample) => sample.status === status);
    const latencies = group.map(({ latency }) => latency);
    const end = Math.max(...group.map(({ due, latency }) => due + latency));
    statuses[status] = {
      count: group.length,
      rate: (group.length / (end - start)) * 1000,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      max: quantile(latencies, 1),
    };
  }
  return statuses;
}

if (process.argv[2] === 'load' && process.send) {
  process.on('disconnect', () => process.exit());
  const [load] = await once(process, 'message');
  process.send(await generate(load), () => process.exit());
}
