// A container's probes over HTTP, as the kubelet carries them out: first the startup probe until it has
// succeeded, then readiness and liveness side by side.
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @param container its `probes` and `ports`.
 * @param address of a port of the container, by its number: `{host, port}`.
 * @param onProbe called after each probe, with its kind and its problem, if it has one.
 * @param onReady called with each change of readiness.
 * @param onFailure called with the reason for which the kubelet would restart the container.
 * @returns `terminate`, after which only readiness is probed, and `stop`.
 */
export function startProbes({ probes, ports }, { address, onProbe, onReady, onFailure }) {
  const all = new AbortController();
  const alive = new AbortController();
  const run = (kind, signal, actions) => {
    const probe = probes[kind];
    const { host, port } = probe ? address(ports[probe.port] ?? probe.port) : {};
    const url = `http://${host}:${port}${probe?.path}`;
    const onEach = (problem) => onProbe?.(kind, problem);
    return probe && repeat(probe, url, signal, { ...actions, onEach });
  };
  let wasReady = false;
  const setReady = (isReady) => {
    if (isReady !== wasReady) {
      wasReady = isReady;
      onReady(isReady);
    }
  };
  const restart = (kind) => (reason) => {
    alive.abort();
    onFailure(`the ${kind} probe failed: ${reason}`);
  };
  void (async () => {
    const started = await run('startup', AbortSignal.any([all.signal, alive.signal]), {
      onFailed: restart('startup'),
      isOver: (succeeded) => succeeded,
    });
    if (started === false || all.signal.aborted) {
      return;
    }
    void run('readiness', all.signal, {
      onSucceeded: () => setReady(true),
      onFailed: () => setReady(false),
    });
    void run('liveness', AbortSignal.any([all.signal, alive.signal]), {
      onFailed: restart('liveness'),
    });
  })();
  return { terminate: () => alive.abort(), stop: () => all.abort() };
}

/**
 * @param actions `onEach`; `onSucceeded`, `onFailed`: called each time that a threshold is reached; `isOver`.
 * @returns whether it succeeded before it was stopped.
 */
async function repeat(probe, url, signal, actions) {
  const { onEach, onSucceeded, onFailed, isOver } = actions;
  let successes = 0;
  let failures = 0;
  await sleep(probe.initialDelayMs, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    const due = performance.now() + probe.periodMs;
    const problem = await problemOf(url, probe.timeoutMs);
    if (signal.aborted) {
      break;
    }
    onEach(problem);
    successes = problem === undefined ? successes + 1 : 0;
    failures = problem === undefined ? 0 : failures + 1;
    if (successes >= probe.successThreshold) {
      onSucceeded?.();
      if (isOver?.(true)) {
        return true;
      }
    }
    if (failures >= probe.failureThreshold) {
      onFailed?.(`${failures} times, last: ${problem}`);
    }
    const restMs = Math.max(0, due - performance.now());
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** @returns undefined where the probe succeeds. */
function problemOf(url, timeoutMs) {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, headers: { 'user-agent': 'kube-probe/1.34' } });
    const timer = setTimeout(() => {
      resolve(`no answer within ${timeoutMs} ms`);
      request.destroy();
    }, timeoutMs);
    const end = (problem) => {
      clearTimeout(timer);
      resolve(problem);
    };
    request.on('error', (error) => end(error.code ?? error.message));
    request.on('response', (response) => {
      const { statusCode } = response.resume();
      response.on('end', () =>
        end(statusCode >= 200 && statusCode < 400 ? undefined : `status ${statusCode}`),
      );
    });
  });
}
