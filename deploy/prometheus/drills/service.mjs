// Drills of alerts-service.yml.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../../../tools/launch.mjs';
import { MULTILINGUAL, PINNED } from '../../../tools/versions.mjs';
import { observedShares, post, sleep } from './stage.mjs';
import { english, long, mixed } from './texts.mjs';

const HOUR = 3600;
const JOB = { job: 'tweet-sentiment' };
const PREDICT = { ...JOB, method: 'POST', route: '/predict' };
const TOKEN = randomBytes(16).toString('hex');
const admin = { headers: { authorization: `Bearer ${TOKEN}` } };

/** Starts everything; traffic begins before Prometheus does. */
async function start(stage, { history, traffic = english, rate = 10 } = {}) {
  for (const server of stage.servers) {
    await stage.startServer(server);
  }
  await stage.startAlertmanager();
  if (traffic) {
    stage.traffic = stage.send(traffic, { rate });
  }
  await stage.startPrometheus(history?.(stage));
}

/** Counters of hours at a constant rate, as the server would have counted them. */
function counters(stage, name, labels, perSecond, hours = 6) {
  const from = hours * HOUR;
  const all = { ...PREDICT, instance: stage.server.host, ...labels };
  return { name, labels: all, from, value: (ago) => Math.round((from - ago) * perSecond) };
}

const requests = (stage, rate) => [
  counters(stage, 'http_requests_total', { status: '200' }, rate),
  counters(stage, 'http_request_duration_seconds_count', { status: '200' }, rate),
  counters(stage, 'http_request_duration_seconds_bucket', { status: '200', le: '0.25' }, rate),
];

/** Steps of three days without, and a time with errors or slow answers that six hours are about to forget. */
function steps(bad, all, share, perStep = 3000) {
  const name = (metric) => `job_method_route:${metric}:step5m`;
  const from = 72 * HOUR;
  const was = (ago) => ago > 5.5 * HOUR;
  return [
    { name: name(all), labels: PREDICT, from, to: 300, step: 300, value: () => perStep },
    {
      name: name(bad),
      labels: PREDICT,
      from,
      to: 300,
      step: 300,
      value: (ago) => (was(ago) ? perStep * share : 0),
    },
  ];
}

/** A counter that grew until almost six hours ago. */
function forgotten(stage, name, labels, perSecond) {
  const from = 6.2 * HOUR;
  const end = 6 * HOUR - 240;
  const all = { ...PREDICT, instance: stage.server.host, ...labels };
  return {
    name,
    labels: all,
    from,
    step: 30,
    value: (ago) => Math.round((from - Math.max(ago, end)) * perSecond),
  };
}

/** Requests of many texts at once, so that answers are slow. */
function overload(stage, connections, inputs = 64) {
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      await post(`${stage.server.url}/predict`, {
        inputs: Array.from({ length: inputs }, long),
      }).catch(() => sleep(50));
    }
  };
  for (let i = 0; i < connections; i++) {
    void run();
  }
  stage.overload = {
    stop: () => {
      isOver = true;
    },
  };
}

async function sendFeedback(stage, isRight, count) {
  const labels = ['negative', 'neutral', 'positive'];
  for (let i = 0; i < count; i += 20) {
    const inputs = Array.from({ length: 20 }, english);
    const { body } = await post(`${stage.server.url}/predict`, { inputs });
    for (const { id, label } of body.predictions) {
      const other = labels.find((each) => each !== label);
      await post(`${stage.server.url}/feedback`, { id, label: isRight ? label : other });
    }
  }
}

const restarted = (env) => (stage) => stage.restartServer(env);

export const SERVICE_DRILLS = [
  {
    alert: 'ClassifierDown',
    severity: 'page',
    cause: async ({ server }) => void (await server.program.stop('SIGKILL')),
    repair: (stage) => stage.startServer(),
  },
  {
    alert: 'ClassifierNotReady',
    severity: 'page',
    cause: async (stage) => {
      await stage.server.program.stop();
      const store = `https://127.0.0.1:${await freePort()}/models`;
      const cache = join(stage.folder, 'cache');
      const env = { MODEL_STORE: store, MODEL_CACHE: cache, MODEL_COMMIT: PINNED };
      await stage.startServer(stage.server, { env, isReady: false });
    },
    repair: restarted({}),
  },
  {
    alert: 'ClassifierErrorBudgetBurn',
    severity: 'page',
    history: (stage) => [
      ...requests(stage, 10),
      ...steps('http_request_errors', 'http_requests', 0),
    ],
    cause: restarted({ REQUEST_TIMEOUT_MS: '1', CACHE_SIZE: '0' }),
    repair: restarted({}),
  },
  {
    alert: 'ClassifierErrorBudgetBurn',
    severity: 'ticket',
    history: (stage) => [
      ...steps('http_request_errors', 'http_requests', 0.002),
      forgotten(stage, 'http_requests_total', { status: '500' }, 2),
    ],
    cause: () => undefined,
    repair: () => undefined,
  },
  {
    alert: 'ClassifierLatencyBudgetBurn',
    severity: 'page',
    history: (stage) => [
      ...requests(stage, 0.3),
      ...steps('http_request_slow', 'http_answers', 0, 90),
    ],
    rate: 1,
    cause: (stage) => overload(stage, 16),
    repair: (stage) => stage.overload.stop(),
  },
  {
    alert: 'ClassifierLatencyBudgetBurn',
    severity: 'ticket',
    history: (stage) => [
      ...steps('http_request_slow', 'http_answers', 0.02),
      forgotten(stage, 'http_request_duration_seconds_count', { status: '200' }, 20),
      forgotten(stage, 'http_request_duration_seconds_bucket', { status: '200', le: '0.25' }, 15),
    ],
    cause: () => undefined,
    repair: () => undefined,
  },
  {
    alert: 'ClassifierQueueFull',
    severity: 'page',
    replicas: [{ QUEUE_CAPACITY: '64', WORKERS: '1' }],
    cause: (stage) => overload(stage, 16, 32),
    repair: (stage) => stage.overload.stop(),
  },
  {
    alert: 'ClassifierWorkerRestarts',
    severity: 'ticket',
    cause: (stage) => {
      const file = new URL('end-worker.mjs', import.meta.url).pathname;
      return stage.restartServer({ NODE_OPTIONS: `--import ${file}` });
    },
    repair: restarted({}),
  },
  {
    alert: 'ClassifierLogDrops',
    severity: 'ticket',
    // Nobody reads standard output.
    cause: async (stage) => {
      await stage.server.program.stop();
      stage.server.stdout = 'pipe';
      await stage.startServer();
      stage.server.program.child.stdout.destroy();
    },
    repair: (stage) => {
      stage.server.stdout = 'ignore';
      return stage.restartServer({});
    },
  },
  {
    alert: 'ClassifierModelsDiffer',
    severity: 'ticket',
    replicas: [{}, {}],
    cause: (stage) => stage.restartServer({ MODEL_COMMIT: MULTILINGUAL }),
    repair: restarted({}),
  },
  {
    alert: 'ClassifierModelLoadFailed',
    severity: 'ticket',
    replicas: [{ ADMIN_TOKEN: TOKEN }],
    cause: ({ server }) =>
      post(`${server.url}/admin/model`, { commit: '0'.repeat(40) }, { method: 'PUT', ...admin }),
    repair: ({ server }) =>
      post(`${server.url}/admin/model`, { commit: PINNED }, { method: 'PUT', ...admin }),
  },
  {
    alert: 'ClassifierTrafficGone',
    severity: 'page',
    history: (stage) => requests(stage, 10),
    cause: (stage) => stage.traffic.stop(),
    repair: (stage) => stage.send(english),
  },
  {
    alert: 'ClassifierFeedbackAccuracy',
    severity: 'ticket',
    history: () => [
      {
        name: 'job_commit:classifier_feedback:accuracy1h',
        labels: { ...JOB, commit: PINNED },
        from: 3 * HOUR,
        value: () => 0.9,
      },
    ],
    cause: async (stage) => {
      await sendFeedback(stage, true, 100);
      await sendFeedback(stage, false, 100);
    },
    repair: (stage) => sendFeedback(stage, true, 1000),
  },
  {
    alert: 'ClassifierCandidateDisagrees',
    severity: 'ticket',
    replicas: [{ ADMIN_TOKEN: TOKEN }],
    // The two agree on fewer long texts than on others.
    traffic: long,
    history: () => [
      {
        name: 'job_commit:classifier_shadow_agreements:ratio15m',
        labels: { ...JOB, commit: MULTILINGUAL },
        from: 3 * HOUR,
        value: () => 0.99,
      },
    ],
    cause: (stage) => {
      const body = { commit: MULTILINGUAL, share: 1 };
      return post(`${stage.server.url}/admin/shadow`, body, { method: 'PUT', ...admin });
    },
    repair: ({ server }) =>
      post(`${server.url}/admin/shadow`, undefined, { method: 'DELETE', ...admin }),
  },
  {
    alert: 'ClassifierScrapeSlow',
    severity: 'ticket',
    // Stopped for three of four seconds, as by a CPU limit that is far too low.
    cause: ({ server }) => {
      const { child } = server.program;
      server.timer = setInterval(() => {
        child.kill('SIGSTOP');
        setTimeout(() => child.kill('SIGCONT'), 3500);
      }, 4000);
    },
    repair: async ({ server }) => {
      clearInterval(server.timer);
      await sleep(4000);
      server.program.child.kill('SIGCONT');
    },
  },
].map((drill) => ({ setUp: (stage) => start(stage, drill), ...drill }));

export { mixed, observedShares, start };
