// Open loop: requests leave at a constant rate, however long the answers take, from a process of its
// own. Latency counts from the moment when a request was due. Written on bare sockets, because a core
// that the client takes is one that the server lacks.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile } from './stats.mjs';

/** How long to wait for answers once all is sent. */
const PATIENCE_MS = 30_000;

/**
 * @param load `rate` a second for `seconds`; `path`; `bodies` to post, one a request, else it is a GET.
 * @returns `statuses` by number, 0 where there was no answer: `count`, `rate` a second until the last
 * of them, `p50`, `p99`, `max` in ms; `lag99`: how late requests left, ms; `cpu`: the share of a core that
 * this client took; `samples`: when each was due (epoch ms), its status and latency.
 */
export async function openLoop(url, load) {
  const child = fork(fileURLToPath(import.meta.url), ['load']);
  child.send({ url, ...load });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the open loop ended with ${code}`);
  });
  const [result] = await Promise.race([once(child, 'message'), failed]);
  // It has done its work.
  failed.catch(() => undefined);
  return result;
}

/** A connection that takes one request at a time: `ask` gives the status, 0 where it broke. */
function connect({ hostname, port }) {
  const socket = net.connect(Number(port), hostname).setNoDelay(true);
  let received = Buffer.alloc(0);
  let answer = () => undefined;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const end = received.indexOf('\r\n\r\n');
    const head = received.latin1Slice(0, Math.max(end, 0));
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (received.length >= end + 4 + length) {
      received = Buffer.alloc(0);
      answer(Number(head.slice(9, 12)));
    }
  });
  socket.on('error', () => undefined).on('close', () => answer(0));
  return {
    socket,
    ask: (request) =>
      new Promise((resolve) => {
        answer = resolve;
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
    sample.status = await connection.ask(
      body === undefined
        ? `GET ${head}\r\n`
        : `POST ${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    sample.latency = performance.now() - sample.due;
    idle.push(connection);
  };

  const answers = [];
  for (const [i, sample] of samples.entries()) {
    const early = sample.due - performance.now();
    if (early > 0) {
      await sleep(Math.ceil(early));
    }
    answers.push(send(sample, bodies?.[i]));
  }
  await Promise.race([Promise.all(answers), sleep(PATIENCE_MS)]);
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
