// Replaces all pods of a manifest again and again while clients send requests, and counts the requests that fail.
// Exit code 1 where one failed, or where a pod did not end by itself with exit code 0.
//
//   node deploy/test/rollout.mjs MANIFEST [--rollouts 3] [--propagation 1000] [--set NAME=VALUE]…
//
// MANIFEST is deploy/kubernetes/base.yaml, or what `helm template` writes. Each pod is a process of this machine
// with the manifest's own variables, probes and grace period. --propagation: milliseconds until a node knows of a
// change of the endpoints. --set replaces a variable, to see what fails without its value.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startBalancer } from './balancer.mjs';
import { startClients } from './clients.mjs';
import { readWorkload } from './pod.mjs';
import { startProcessPod } from './process-pod.mjs';
import { createReplicas } from './replicas.mjs';

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rollouts: { type: 'string', default: '3' },
    propagation: { type: 'string', default: '1000' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
if (positionals.length !== 1) {
  console.error('expected one manifest, such as deploy/kubernetes/base.yaml');
  process.exit(2);
}

const workload = readWorkload(readFileSync(positionals[0], 'utf8'));
for (const setting of values.set) {
  const [name, ...value] = setting.split('=');
  workload.pod.container.env[name] = value.join('=');
}
const balancer = await startBalancer();
const replicas = createReplicas(workload, {
  start: startProcessPod,
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

const badEnds = replicas.ends.filter(({ code, problem }) => code !== 0 || problem !== undefined);
const longestMs = Math.max(...replicas.ends.map(({ tookMs }) => tookMs));
for (const failure of results.failures.slice(0, 20)) {
  console.log(`failed: ${JSON.stringify(failure)}`);
}
for (const end of badEnds) {
  console.log(`a pod ended badly: ${JSON.stringify(end)}`);
}
console.log(
  `${values.rollouts} rollouts: ${results.requests} requests (${JSON.stringify(results.byKind)}), ` +
    `${results.failures.length} failed; ${replicas.ends.length} pods ended, ${badEnds.length} badly, ` +
    `the slowest in ${longestMs} ms of ${workload.pod.gracePeriodMs}`,
);
process.exit(results.failures.length + badEnds.length > 0 ? 1 : 0);
