// What a drill is played on: built servers, a Prometheus and an Alertmanager with the shipped files and
// intervals, and a receiver that notes which messages arrive.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  environment,
  freePort,
  launch,
  MAIN,
  poll,
  ROOT,
  waitUntilReady,
} from '../../../tools/launch.mjs';
import { prometheusConfig } from '../../../tools/prometheus.mjs';
import { temporaryFolder } from '../../../tools/temporary.mjs';

export { sleep };

/** Receives what Alertmanager sends. */
async function startReceiver() {
  const messages = [];
  const receiver = { messages, isBroken: false };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      response.writeHead(receiver.isBroken ? 500 : 200).end();
      if (!receiver.isBroken && request.url === '/alerts') {
        for (const { status, labels } of JSON.parse(body).alerts) {
          messages.push({ at: Date.now(), status, labels });
        }
      }
    });
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  receiver.url = `http://127.0.0.1:${port}/alerts`;
  return receiver;
}

/** Samples of the past as Prometheus reads them, each `{name, labels, from, to, step, value}`. */
function openMetrics(series, now) {
  const lines = series.flatMap(({ name, labels, from, to = 60, step = 60, value }) => {
    const names = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
    const count = Math.floor((from - to) / step) + 1;
    return Array.from({ length: count }, (_, i) => {
      const ago = from - i * step;
      return `${name}{${names.join(',')}} ${value(ago)} ${now - ago}`;
    });
  });
  return `${lines.join('\n')}\n# EOF\n`;
}

/** @param replicas environments of the servers, each with its own port. */
export async function openStage(replicas) {
  const folder = temporaryFolder();
  const receiver = await startReceiver();
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  const servers = [];
  for (const env of replicas) {
    const port = await freePort();
    const log = join(folder, `server-${port}.log`);
    servers.push({ port, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, log, env });
  }
  const stage = {
    folder,
    receiver,
    servers,
    server: servers[0],
    url: `http://127.0.0.1:${prometheusPort}`,

    /** @param env instead of that of the stage. */
    async startServer(server = servers[0], { env = server.env, isReady = true } = {}) {
      const full = environment({ PORT: String(server.port), LOG_FILE: server.log, ...env });
      server.program = launch(process.execPath, [MAIN, 'serve'], {
        cwd: ROOT,
        env: full,
        stdio: ['ignore', server.stdout ?? 'ignore', 'ignore'],
      });
      if (isReady) {
        await waitUntilReady(server.url, server.program, { timeoutMs: 180_000 });
      }
    },
    async restartServer(env, server = servers[0]) {
      await server.program.stop();
      await stage.startServer(server, { env });
    },

    async startAlertmanager() {
      const shipped = readFileSync(join(ROOT, 'deploy/alertmanager/alertmanager.yml'), 'utf8');
      const webhook = `\n    webhook_configs:\n      - url: ${receiver.url}`;
      const config = join(folder, 'alertmanager.yml');
      writeFileSync(config, shipped.replace(/^ {2}- name: \w+$/gm, `$&${webhook}`));
      stage.alertmanager = launch(
        'prometheus-alertmanager',
        [
          ...[`--config.file=${config}`, `--storage.path=${join(folder, 'alertmanager')}`],
          ...['--cluster.listen-address=', `--web.listen-address=127.0.0.1:${alertmanagerPort}`],
        ],
        { stdio: 'ignore' },
      );
      await untilOk(`http://127.0.0.1:${alertmanagerPort}/-/ready`);
    },

    /** @param history samples of the time before, for what takes hours or days. */
    async startPrometheus(history = []) {
      const data = join(folder, 'data');
      mkdirSync(data, { recursive: true });
      if (history.length > 0) {
        const file = join(folder, 'history.txt');
        writeFileSync(file, openMetrics(history, Math.floor(Date.now() / 1000)));
        const args = ['tsdb', 'create-blocks-from', 'openmetrics', file, data];
        execFileSync('promtool', args, { stdio: 'ignore' });
      }
      const config = prometheusConfig({
        targets: servers.map(({ host }) => host),
        address: `127.0.0.1:${prometheusPort}`,
        alertmanager: `127.0.0.1:${alertmanagerPort}`,
      });
      writeFileSync(join(folder, 'prometheus.yml'), config);
      cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
      stage.prometheus = launch(
        'prometheus',
        [
          ...[`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${data}`],
          ...['--storage.tsdb.retention.time=45d'],
          `--web.listen-address=127.0.0.1:${prometheusPort}`,
        ],
        { stdio: 'ignore' },
      );
      await untilOk(`${stage.url}/-/ready`);
    },

    async query(expression) {
      const path = `/api/v1/query?${new URLSearchParams({ query: expression })}`;
      const { data, error } = await (await fetch(stage.url + path)).json();
      if (error) {
        throw new Error(`${expression}: ${error}`);
      }
      return data.result;
    },

    /** Alerts of Prometheus itself, for what can't be sent. */
    async firing() {
      const { data } = await (await fetch(`${stage.url}/api/v1/alerts`)).json();
      return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    },

    /** Sends texts at a fixed rate until `stop()`. @param next gives the next text. */
    send(next, { rate = 10, server, onAnswer = () => undefined } = {}) {
      let sent = 0;
      const timer = setInterval(() => {
        const { url } = server ?? servers[sent++ % servers.length];
        post(`${url}/predict`, { inputs: next() }).then(onAnswer, () => undefined);
      }, 1000 / rate);
      return { stop: () => clearInterval(timer) };
    },
  };
  return stage;
}

export async function post(url, body, { method = 'POST', headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

async function untilOk(url) {
  const isOk = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await poll(isOk, { timeoutMs: 60_000 }))) {
    throw new Error(`${url} does not answer`);
  }
}

/** Shares of the bins that a server has observed since its start. */
export async function observedShares({ url }) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const pattern = /^classifier_observations_total\{feature="([^"]+)",bin="([^"]+)"\} (\d+)$/gm;
  const rows = [...text.matchAll(pattern)].map(([, feature, bin, count]) => ({
    feature,
    bin,
    count: Number(count),
  }));
  const totals = {};
  for (const { feature, count } of rows) {
    totals[feature] = (totals[feature] ?? 0) + count;
  }
  return rows.map(({ feature, bin, count }) => ({ feature, bin, share: count / totals[feature] }));
}
