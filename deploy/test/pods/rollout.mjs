// Replaces all pods of a manifest again and again while clients send requests, and counts the requests that fail.
// Exit code 1 where one failed, other than by the 429 or 504 of an overloaded server, or where a pod did not end by
// itself with exit code 0.
//
//   node deploy/test/pods/rollout.mjs MANIFEST [--rollouts 3] [--propagation 1000] [--set NAME=VALUE]…
//     [--engine [--network NETWORK] [--secret NAME=FOLDER]…]
//
// MANIFEST is deploy/kubernetes/base.yaml, or what `helm template` writes. Each pod is a process of this machine
// with the manifest's own variables, probes and grace period; with --engine, it is made of containers, with its
// limits and security context, too. --propagation: milliseconds until a node knows of a
// change of the endpoints. --set replaces a variable, to see what fails without its value.
import { startBalancer } from './balancer.mjs';
import { startClients } from './clients.mjs';
import { startContainerPod } from './container-pod.mjs';
import { readCommandLine } from './options.mjs';
import { startProcessPod } from './process-pod.mjs';
import { createReplicas } from './replicas.mjs';

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

const { workload, values } = readCommandLine({
  rollouts: { type: 'string', default: '3' },
  propagation: { type: 'string', default: '1000' },
  engine: { type: 'boolean', default: false },
});
let started = 0;
const startContainers = (pod) => {
  started++;
  return startContainerPod(pod, { ...values, name: `${workload.name}-${process.pid}-${started}` });
};
const balancer = await startBalancer();
const replicas = createReplicas(workload, {
  start: values.engine ? startContainers : startProcessPod,
  endpoints: balancer.endpoints,
  propagationMs: Number(values.propagation),
});
await replicas.scaleUp();
const clients = startClients(balancer.url);
const { results } = clients;
for (let i = 1; i <= Number(values.rollouts); i++) {
  const startedAt = performance.now();
  const before = { requests: results.requests, failures: results.failures.length };
  await replicas.rollOut();
  await replicas.untilEnded();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `rollout ${i}: ${workload.replicas} pods replaced in ${seconds} s, ` +
      `${results.requests - before.requests} requests, ${results.failures.length - before.failures} failed`,
  );
}
await clients.stop();
await replicas.stop();
balancer.close();

const badEnds = replicas.ends.filter(
  ({ code, problem, wasOutOfMemory }) => code !== 0 || problem !== undefined || wasOutOfMemory,
);
const longestMs = Math.max(...replicas.ends.map(({ tookMs }) => tookMs));
for (const failure of results.failures.slice(0, 20)) {
  console.log(`failed: ${JSON.stringify(failure)}`);
}
for (const end of badEnds) {
  console.log(`a pod ended badly: ${JSON.stringify(end)}`);
}
console.log(
  `${values.rollouts} rollouts: ${results.requests} requests (${JSON.stringify(results.byKind)}), ` +
    `${results.failures.length} failed, ${results.overloaded} answered with 429 or 504; ${replicas.ends.length} pods ended, ${badEnds.length} badly, ` +
    `the slowest in ${longestMs} ms of ${workload.pod.gracePeriodMs}`,
);
process.exit(results.failures.length + badEnds.length > 0 ? 1 : 0);
