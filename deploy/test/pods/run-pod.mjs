// Runs the pod of a manifest as containers, and its probes as the kubelet does.
//
//   node deploy/test/pods/run-pod.mjs MANIFEST --name POD [--network NETWORK] [--secret NAME=FOLDER]…
//     [--after-init COMMAND] [--set NAME=VALUE]…
//
// Writes one JSON object a line: `ready` with the pod's address, `probe` for each probe that fails, `end`. On SIGTERM
// the pod gets SIGTERM, and SIGKILL after its grace period. Exit code 0 where it then ended by itself with 0.
// --secret: a folder with the keys of a Secret as files. --after-init: runs between init containers and container.
import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { startContainerPod } from './container-pod.mjs';
import { endContainer } from './end-container.mjs';
import { readCommandLine } from './options.mjs';
import { startProbes } from './probes.mjs';

const { workload, values } = readCommandLine({
  name: { type: 'string', default: 'pod' },
  'after-init': { type: 'string' },
});
const { pod } = workload;
const write = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
const afterInit = values['after-init'];
const running = await startContainerPod(pod, {
  ...values,
  onInitialized: () => afterInit && execFileSync('sh', ['-c', afterInit], { stdio: 'inherit' }),
});
const startedAt = performance.now();
const failed = new EventEmitter();
const probes = startProbes(pod.container, {
  address: running.address,
  onProbe: (kind, problem) => problem && write('probe', { kind, problem }),
  onReady: (isReady) => {
    const { host, port } = running.address(pod.container.ports.http);
    const afterMs = Math.round(performance.now() - startedAt);
    write(isReady ? 'ready' : 'not-ready', { url: `http://${host}:${port}`, afterMs });
  },
  onFailure: (problem) => failed.emit('problem', problem),
});
const problem = await Promise.race([
  once(process, 'SIGTERM').then(() => undefined),
  once(failed, 'problem').then(([found]) => found),
  running.exited.then(() => 'the container ended by itself'),
]);
probes.terminate();
const ending = await endContainer(running, pod.gracePeriodMs);
probes.stop();
const { wasOutOfMemory } = await running.remove();
write('end', { ...ending, wasOutOfMemory, problem });
process.exit(ending.code === 0 && problem === undefined ? 0 : 1);
