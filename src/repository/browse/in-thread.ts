/** Reads the history in a thread of its own, which is started when it is needed. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { historyModule } from '../../entry-points.ts';
import { ModelError } from '../../version/errors.ts';
import { openStore } from '../../version/stores/open.ts';
import { isRemote } from '../../version/stores/store.ts';
import type { HistoryReader } from './reader.ts';
import type { Method, RequestMessage, ResponseMessage, StartupMessage } from './worker-messages.ts';

/** A thread that nobody needs takes memory. */
const IDLE_MS = 60_000;
/** A thread that reads for longer is ended: a server that stops does not wait for it. */
const CLOSE_MS = 2_000;
/** A history that needs more is not shown; the server goes on. */
const MAX_HEAP_MB = 512;

interface Pending {
  resolve(value: object): void;
  reject(error: Error): void;
}

interface Settings {
  readonly modelStore: string;
  readonly modelName: string;
  readonly modelCache: string;
}

/** The history of a store on this machine and of its bundle; of a remote store, the versions in the cache. */
export function createHistoryThread({
  modelStore,
  modelName,
  modelCache,
}: Settings): HistoryReader {
  return createThread(
    isRemote(openStore(modelStore))
      ? { model: modelName, store: modelCache, repository: undefined }
      : {
          ...{ model: modelName, store: modelStore },
          repository: join(modelStore, `${modelName}.bundle`),
        },
  );
}

function createThread(startup: StartupMessage): HistoryReader {
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const closing = worker;
    worker = undefined;
    if (closing) {
      await end(closing);
    }
  };
  const start = (): Worker => {
    const started = new Worker(historyModule(), {
      workerData: startup,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    started.unref();
    started.on('message', (response: ResponseMessage) => {
      const request = pending.get(response.id);
      pending.delete(response.id);
      if ('value' in response) {
        request?.resolve(response.value);
      } else {
        request?.reject(errorOf(response.error));
      }
      if (pending.size === 0) {
        idle = setTimeout(() => void close(), IDLE_MS).unref();
      }
    });
    const onEnd = (error: Error): void => {
      worker = worker === started ? undefined : worker;
      for (const request of pending.values()) {
        request.reject(error);
      }
      pending.clear();
    };
    started.on('error', onEnd);
    started.on('exit', () => onEnd(new Error('the thread that reads the history has ended')));
    return started;
  };
  const call = <T extends object>(method: Method, ...args: RequestMessage['args']): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      clearTimeout(idle);
      worker ??= start();
      const id = nextId++;
      pending.set(id, { resolve: (value) => resolve(value as T), reject });
      worker.postMessage({ id, method, args } satisfies RequestMessage);
    });
  return {
    readHistory: () => call('readHistory'),
    readCard: (commit) => call('readCard', commit),
    readChanges: (commit, since) => call('readChanges', commit, since),
    close,
  };
}

/** Resolves when the thread has removed its temporary files and ended. */
async function end(worker: Worker): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('close');
  const limit = setTimeout(() => void worker.terminate(), CLOSE_MS);
  await ended;
  clearTimeout(limit);
}

function errorOf({ code, message }: Extract<ResponseMessage, { error: object }>['error']): Error {
  return code === undefined ? new Error(message) : new ModelError(code, message);
}
