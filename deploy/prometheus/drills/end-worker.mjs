// Loaded into a server by `node --import`: ends each worker thread after a minute.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  setTimeout(() => process.exit(1), 60_000).unref();
}
