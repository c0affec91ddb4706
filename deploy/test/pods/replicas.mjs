// The pods of a workload behind a Service: how they start, are replaced one after the other, and end.
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endContainer } from './end-container.mjs';
import { startProbes } from './probes.mjs';

/** A container that has not started by then has a fault that the startup probe does not show. */
const START_TIMEOUT_MS = 600_000;

/**
 * @param workload of `readWorkload`.
 * @param options `start` starts a pod; `endpoints` of the balancer; `propagationMs`: how long a node takes to
 * learn that the endpoints have changed.
 * @returns `scaleUp`, `rollOut` and `stop`, and `ends`: how each pod has ended.
 */
export function createReplicas(workload, { start, endpoints, propagationMs }) {
  assertNeverUnavailable(workload);
  const { pod, replicas, minReadyMs } = workload;
  const context = { pod, start, endpoints, propagationMs };
  const running = [];
  const terminating = new Set();
  const ends = [];
  const add = async () => {
    const added = await startPod(context);
    running.push(added);
    await added.untilReady();
    await sleep(minReadyMs);
  };
  const remove = (old) => {
    const ended = terminate(context, old).then((end) => {
      terminating.delete(ended);
      ends.push(end);
    });
    terminating.add(ended);
  };
  return {
    ends,
    scaleUp: async () => {
      while (running.length < replicas) {
        await add();
      }
    },
    // As with maxSurge: 1 and maxUnavailable: 0. A pod that is ending is not waited for.
    rollOut: async () => {
      for (const old of running.splice(0)) {
        await add();
        remove(old);
      }
    },
    untilEnded: () => Promise.all(terminating),
    stop: async () => {
      running.splice(0).forEach(remove);
      await Promise.all(terminating);
    },
  };
}

/** As the deployment controller rounds: `25%` of two or three replicas is none. */
function assertNeverUnavailable({ replicas, strategy: { maxUnavailable = '25%' } }) {
  const isShare = typeof maxUnavailable === 'string';
  const count = isShare
    ? Math.floor((Number.parseInt(maxUnavailable, 10) * replicas) / 100)
    : maxUnavailable;
  if (count !== 0) {
    throw new Error(
      `maxUnavailable: expected no pod of ${replicas} to be missing in a rollout, found ${maxUnavailable}`,
    );
  }
}

async function startPod({ pod, start, endpoints, propagationMs }) {
  const events = new EventEmitter();
  const running = await start(pod);
  const endpoint = running.address(pod.container.ports.http);
  const state = { isReady: false, isTerminating: false, problem: undefined };
  const end = (problem) => {
    state.problem ??= problem;
    events.emit('change');
  };
  const update = async () => {
    await sleep(propagationMs);
    if (state.isReady && !state.isTerminating) {
      endpoints.add(endpoint);
    } else {
      endpoints.delete(endpoint);
    }
    events.emit('change');
  };
  const probes = startProbes(pod.container, {
    address: running.address,
    onReady: (isReady) => {
      state.isReady = isReady;
      void update();
    },
    onFailure: end,
  });
  running.exited.then(
    () => end(state.isTerminating ? undefined : 'the container ended'),
    (error) => end(String(error)),
  );
  return {
    ...{ running, state, probes, update },
    untilReady: async () => {
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      while (!endpoints.has(endpoint) && state.problem === undefined) {
        await once(events, 'change', { signal });
      }
      if (state.problem !== undefined) {
        throw new Error(`a pod did not become ready: ${state.problem}`);
      }
    },
  };
}

/** SIGTERM at once, whether or not the nodes know already that the endpoint has gone; SIGKILL after the grace period. */
async function terminate({ pod }, { running, state, probes, update }) {
  state.isTerminating = true;
  probes.terminate();
  const removed = update();
  const end = await endContainer(running, pod.gracePeriodMs);
  probes.stop();
  await removed;
  const { wasOutOfMemory = false } = (await running.remove?.()) ?? {};
  return { ...end, wasOutOfMemory, problem: state.problem };
}
