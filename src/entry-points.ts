/**
 * Where the build puts the modules that run in other threads and processes, and the files of the console.
 * Only this module knows: a path relative to a module is right in `src` or in the bundle, not in both.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Resolves `imports` of package.json, from any folder. */
const { resolve } = createRequire(import.meta.url);

/** The module of an inference worker thread. @throws MODULE_NOT_FOUND before `npm run build`. */
export function workerModule(): string {
  return resolve('#dist/worker.js');
}

/** The module of a process that shares its port with others. @throws as `workerModule`. */
export function clusterMemberModule(): string {
  return resolve('#dist/member.js');
}

/** The module of the thread that reads the history of the model. @throws as `workerModule`. */
export function historyModule(): string {
  return resolve('#dist/history.js');
}

/** The folder of the templates of `models new`. @throws as `workerModule`. */
export function templatesFolder(): string {
  return dirname(dirname(dirname(resolve('#dist/templates/common/code/train.py'))));
}

/** The folder of the console's files. @throws as `workerModule`. */
export function consoleFolder(): string {
  return dirname(resolve('#dist/console/index.html'));
}

/** The files of gRPC's services. @throws as `workerModule`. */
export function protoFiles() {
  return {
    openInference: resolve('#dist/protos/open-inference.proto'),
    health: resolve('#dist/protos/health.proto'),
    /** Both as a FileDescriptorSet. */
    descriptors: resolve('#dist/protos/services.binpb'),
  };
}
