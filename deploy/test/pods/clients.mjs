// Clients of a server that is replaced: what they send, and what went wrong. None of them sends a request twice.
import { setMaxListeners } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the server takes to refuse a request that it can't answer. */
const ANSWER_TIMEOUT_MS = 60_000;

/** What a server answers that has more to do than its machine can: no pod was lost by a rollout. */
const OVERLOADED = [429, 504];

/**
 * Kinds of clients: how many there are, the longest pause between an answer and the next request (each pause is
 * random), the number of texts, and whether they keep their connection.
 */
const KINDS = [
  { name: 'keep-alive, busy', count: 4, maxPauseMs: 100, texts: 1, keepAlive: true },
  { name: 'keep-alive, now and then', count: 8, maxPauseMs: 5_000, texts: 1, keepAlive: true },
  { name: 'keep-alive, seldom', count: 4, maxPauseMs: 20_000, texts: 1, keepAlive: true },
  { name: 'keep-alive, 64 texts', count: 1, maxPauseMs: 1_000, texts: 64, keepAlive: true },
  { name: 'a connection for each request', count: 4, maxPauseMs: 100, texts: 1, keepAlive: false },
];

/** @returns `results` so far, `failures` among them, and `stop`, which waits for the answers. */
export function startClients(url) {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const results = { requests: 0, byKind: {}, byCommit: {}, overloaded: 0, failures: [] };
  const clients = KINDS.flatMap((kind) => {
    results.byKind[kind.name] = 0;
    return Array.from({ length: kind.count }, () => runClient(url, kind, results, stopping.signal));
  });
  return {
    results,
    stop: async () => {
      stopping.abort();
      await Promise.all(clients);
    },
  };
}

async function runClient(url, { name, maxPauseMs, texts, keepAlive }, results, signal) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  await sleep(Math.random() * maxPauseMs, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    const first = results.requests;
    const inputs = Array.from({ length: texts }, (_, i) => `A new request, ${first}, text ${i}`);
    results.requests++;
    results.byKind[name]++;
    const startedAt = Date.now();
    try {
      const commit = await predict(`${url}/predict`, agent, inputs);
      results.byCommit[commit] = (results.byCommit[commit] ?? 0) + 1;
    } catch (error) {
      const { message, status, reused = false } = error;
      if (OVERLOADED.includes(status)) {
        results.overloaded++;
      } else {
        results.failures.push({
          ...{ client: name, message, reused, at: new Date(startedAt).toISOString() },
          afterMs: Date.now() - startedAt,
        });
      }
      // A client that is refused does not ask again at once.
      await sleep(100);
    }
    await sleep(Math.random() * maxPauseMs, undefined, { signal }).catch(() => undefined);
  }
  agent.destroy();
}

/** @returns the commit that answered. @throws Error where the answer is not the expected one. */
function predict(url, agent, inputs) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ inputs });
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers, timeout: ANSWER_TIMEOUT_MS });
    const fail = (message, status) =>
      reject(Object.assign(new Error(message), { status, reused: sent.reusedSocket }));
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', ({ code, message }) => fail(code ?? message));
    sent.on('response', async (response) => {
      try {
        const text = await response.setEncoding('utf8').reduce((all, part) => all + part, '');
        const { statusCode } = response;
        const { model, predictions } = statusCode === 200 ? JSON.parse(text) : {};
        if (predictions?.length === inputs.length) {
          resolve(model.commit);
        } else {
          fail(`status ${statusCode}: ${text.slice(0, 200)}`, statusCode);
        }
      } catch (error) {
        fail(error.code ?? error.message);
      }
    });
    sent.end(body);
  });
}
