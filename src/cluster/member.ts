/** The module of a process that shares its port with others. */
import cluster from 'node:cluster';
import { useProxies } from '../outbound-proxy.ts';
import { type RunningServer, serve } from '../serve.ts';
import type { ProcessGroup, ProcessReports } from '../telemetry/process-group.ts';
import { outcomeOf } from './change-result.ts';
import { ProcessError } from './error.ts';
import type { ChangeResult, MemberSettings, ToMember, ToPrimary } from './messages.ts';
import { createPending } from './pending.ts';
import { createSteps } from './steps.ts';

/** Longer than the primary waits for each report. */
const COLLECT_TIMEOUT_MS = 5_000;
/** The primary answers earlier, unless it hangs. */
const CHANGE_TIMEOUT_MS = 900_000;

useProxies();

// A terminal sends Ctrl-C to every process; the primary decides what a signal does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => undefined);
}

let server: Promise<RunningServer> | undefined;
/** Resolves when it has what the others have. */
async function start({ ready, control }: RunningServer, settings: MemberSettings): Promise<void> {
  const { candidate, previous } = settings;
  await ready;
  if (previous !== undefined) {
    control.setPrevious(previous);
  }
  if (candidate) {
    (await control.prepare(candidate)).apply();
  }
}

let onAllReady = (): void => undefined;
const pending = createPending<readonly unknown[]>();
const changes = createPending<ChangeResult>();
const steps = createSteps(async (change) => (await runningServer()).control.prepare(change));

async function runningServer(): Promise<RunningServer> {
  if (!server) {
    throw new ProcessError('the process has not been started');
  }
  return server;
}

process.on('message', async (message: ToMember) => {
  switch (message.type) {
    case 'start':
      try {
        server = serve(message.config, groupOf(message.isReplacement));
        await start(await server, message);
      } catch (error) {
        send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
      send({ type: 'complete' });
      break;
    case 'all-ready':
      onAllReady();
      break;
    case 'report': {
      const { id, kind } = message;
      send({ type: 'report', id, report: await (await server)?.readReport(kind) });
      break;
    }
    case 'collected':
      pending.resolve(message.id, message.reports);
      break;
    case 'alive':
      send({ type: 'alive' });
      break;
    case 'prepare':
      send({ type: 'change-step', id: message.id, result: await steps.prepare(message.change) });
      break;
    case 'settle':
      send({ type: 'change-step', id: message.id, result: await steps.settle(message.isApplied) });
      break;
    case 'changed':
      changes.resolve(message.id, message.result);
      break;
    case 'feedback':
      (await server)?.onFeedback(message.predictionId, message.actual);
      break;
    case 'reload-files':
      await (await server)?.reloadFiles();
      break;
    case 'stop': {
      // One that could not start has nothing to stop.
      const running = await server?.catch(() => undefined);
      send({ type: 'stopped', unanswered: (await running?.stop(message.reason)) ?? 0 });
      cluster.worker?.disconnect();
      break;
    }
  }
});

send({ type: 'online' });

function groupOf(isReplacement: boolean): ProcessGroup {
  return {
    listensWhenReady: isReplacement,
    allReady: (signal, commit) =>
      new Promise((resolve, reject) => {
        onAllReady = resolve;
        signal.addEventListener('abort', () => reject(signal.reason));
        send({ type: 'ready', commit });
      }),
    collect: async <K extends keyof ProcessReports>(kind: K) => {
      const sendRequest = (id: number): void => send({ type: 'collect', kind, id });
      const reports = await pending.request(sendRequest, COLLECT_TIMEOUT_MS);
      if (reports === undefined) {
        // Without the others, counters would go back.
        throw new ProcessError('the other processes did not report in time');
      }
      return reports as ProcessReports[K][];
    },
    change: async (change, author) => {
      const sendRequest = (id: number): void => send({ type: 'change', id, change, author });
      return outcomeOf(await changes.request(sendRequest, CHANGE_TIMEOUT_MS));
    },
    shareFeedback: (predictionId, actual) => send({ type: 'feedback', predictionId, actual }),
  };
}

function send(message: ToPrimary): void {
  process.send?.(message);
}
