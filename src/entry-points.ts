/**
 * Where the build puts what runs apart from the code that starts it, and what is no code. This is the one
 * place that knows: a path relative to a module holds in `src` or in the bundle, not in both.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Follows `imports` and the dependencies of package.json, wherever the caller lies. */
const { resolve } = createRequire(import.meta.url);

/** The module of an inference worker thread. @throws MODULE_NOT_FOUND before `npm run build`. */
export function workerModule(): string {
  return resolve('#dist/worker.js');
}

/** The module of a process that shares its port with others. @throws as `workerModule`. */
export function clusterMemberModule(): string {
  return resolve('#dist/member.js');
}

/** The folder of the console's files. @throws as `workerModule`. */
export function consoleFolder(): string {
  return dirname(resolve('#dist/console/index.html'));
}
