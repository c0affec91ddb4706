// How long a HorizontalPodAutoscaler takes to follow a rise of the traffic, second by second: the algorithm and
// the defaults of Kubernetes (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/).

const SYNC_S = 15;
/** The metrics that it sees are of the last window, and this old. */
const METRICS_WINDOW_S = 15;
const METRICS_DELAY_S = 15;
const TOLERANCE = 0.1;
/** In 15 s, it adds four replicas or doubles them. */
const MAX_ADDED = 4;
/** Longer, and the request is refused or times out: REQUEST_TIMEOUT_MS. */
const MAX_WAIT_S = 10;
const END_S = 900;

/**
 * @param replicas before the rise, at which `utilization` of their capacity is used.
 * @param factor by which the traffic rises at once. @param target of the autoscaler.
 * @param startS from the decision until a new replica answers.
 * @returns `seconds` until all are answered in time; `refused`: the share of the texts until then that were
 * not; `replicas` at the end.
 */
export function simulateRise({ replicas, utilization, factor, target, startS }) {
  const rate = replicas * utilization * factor;
  const starting = [];
  const used = [];
  let ready = replicas;
  let queued = 0;
  const lost = { texts: 0, lastSecond: 0 };
  for (let second = 1; second <= END_S; second++) {
    while (starting[0]?.at <= second) {
      ready += starting.shift().count;
    }
    queued += rate;
    const answered = Math.min(queued, ready);
    queued -= answered;
    used.push(answered);
    const tooMany = Math.max(0, queued - ready * MAX_WAIT_S);
    queued -= tooMany;
    lost.texts += tooMany;
    lost.lastSecond = queued > ready * 0.1 || tooMany > 0 ? second : lost.lastSecond;
    if (second % SYNC_S === 0 && second > METRICS_DELAY_S) {
      const seen = used.slice(-METRICS_DELAY_S - METRICS_WINDOW_S, -METRICS_DELAY_S);
      const mean = seen.reduce((sum, each) => sum + each, 0) / seen.length;
      const wanted = starting.reduce((sum, { count }) => sum + count, ready);
      const desired = Math.ceil(mean / target);
      const allowed = Math.max(wanted + MAX_ADDED, wanted * 2);
      if (Math.abs(mean / ready / target - 1) > TOLERANCE && desired > wanted) {
        const count = Math.min(desired, allowed) - wanted;
        starting.push({ at: second + startS, count });
      }
    }
  }
  const seconds = lost.lastSecond;
  return { seconds, refused: seconds && lost.texts / (rate * seconds), replicas: ready };
}
