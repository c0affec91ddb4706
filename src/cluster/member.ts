/** The module of a process that shares its port with others. */
import cluster from 'node:cluster';
import { type Group, type RunningServer, type Shares, serve } from '../serve.ts';
import type { ToPrimary, ToProcess } from './messages.ts';

// The terminal sends Ctrl-C to every process; the primary says when to stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

let server: Promise<RunningServer> | undefined;
let onAllReady = (): void => undefined;
const waiting = new Map<number, (shares: readonly unknown[]) => void>();
let asked = 0;

function collect<K extends keyof Shares>(kind: K): Promise<Shares[K][]> {
  return new Promise((resolve) => {
    asked++;
    waiting.set(asked, resolve as (shares: readonly unknown[]) => void);
    send({ type: 'collect', kind, id: asked });
  });
}

process.on('message', async (message: ToProcess) => {
  switch (message.type) {
    case 'start':
      try {
        server = serve(message.config, groupOf(message.isReplacement));
        await (await server).ready;
      } catch (error) {
        send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
      break;
    case 'all-ready':
      onAllReady();
      break;
    case 'share':
      send({ type: 'share', id: message.id, share: await (await server)?.share(message.kind) });
      break;
    case 'shares':
      waiting.get(message.id)?.(message.shares);
      waiting.delete(message.id);
      break;
    case 'stop': {
      // One that could not start has nothing to end.
      const running = await server?.catch(() => undefined);
      send({ type: 'stopped', unanswered: (await running?.stop(message.reason)) ?? 0 });
      cluster.worker?.disconnect();
      break;
    }
  }
});

send({ type: 'online' });

function groupOf(isReplacement: boolean): Group {
  return {
    collect,
    listensWhenReady: isReplacement,
    allReady: (signal) =>
      new Promise((resolve, reject) => {
        onAllReady = resolve;
        signal.addEventListener('abort', () => reject(signal.reason));
        send({ type: 'ready' });
      }),
  };
}

function send(message: ToPrimary): void {
  process.send?.(message);
}
