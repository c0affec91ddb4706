/** Clients that send one request after the other. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestServer } from './server.ts';

export interface ClientAnswer {
  readonly status: number;
  /** Of the body, and of the header. */
  readonly commit: string | undefined;
  readonly header: string | undefined;
  /** By `performance.now()`. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Sends predictions on `count` connections until it is stopped. */
export function sendUntil(
  { url }: TestServer,
  count: number,
): { stop(): Promise<readonly ClientAnswer[]> } {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const answers: ClientAnswer[] = [];
  let isStopped = false;
  let sent = 0;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      sent++;
      answers.push(await send(agent, `${url}/predict`, { inputs: `text number ${sent}` }));
    }
  };
  const running = Promise.all(Array.from({ length: count }, run));
  return {
    stop: async () => {
      isStopped = true;
      await running;
      agent.destroy();
      return answers;
    },
  };
}

function send(agent: Agent, url: string, body: object): Promise<ClientAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      ...{ method: 'POST', agent },
      headers: { 'content-type': 'application/json' },
    });
    sending.on('error', reject);
    sending.on('response', async (response) => {
      const { model } = JSON.parse(await text(response)) as { model?: { commit: string } };
      resolve({
        status: response.statusCode ?? 0,
        commit: model?.commit,
        header: response.headers['x-model-commit'] as string | undefined,
        startedAt,
        endedAt: performance.now(),
      });
    });
    sending.end(JSON.stringify(body));
  });
}
