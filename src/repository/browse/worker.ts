/** A thread that reads the history: comparing versions takes longer than a server may pause. */
import { parentPort, workerData } from 'node:worker_threads';
import { ModelError } from '../../version/errors.ts';
import { createFolderStore } from '../../version/stores/folder.ts';
import { createHistoryReader } from './reader.ts';
import type { RequestMessage, ResponseMessage, StartupMessage } from './worker-messages.ts';

const { store, ...options } = workerData as StartupMessage;
const reader = createHistoryReader({ ...options, store: createFolderStore(store) });

parentPort?.on('message', async (message: RequestMessage | 'close') => {
  if (message === 'close') {
    await reader.close();
    process.exit();
  }
  parentPort?.postMessage(await answer(message));
});

async function answer({ id, method, args }: RequestMessage): Promise<ResponseMessage> {
  const [commit = '', since] = args;
  try {
    switch (method) {
      case 'readHistory':
        return { id, value: await reader.readHistory() };
      case 'readCard':
        return { id, value: await reader.readCard(commit) };
      case 'readChanges':
        return { id, value: await reader.readChanges(commit, since) };
    }
  } catch (error) {
    const code = error instanceof ModelError ? error.code : undefined;
    return { id, error: { code, message: (error as Error).message } };
  }
}
