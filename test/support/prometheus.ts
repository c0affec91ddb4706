/** Real Prometheus and Alertmanager with the shipped configuration, each on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from './git-version.ts';
import { ROOT } from './server.ts';

export const RULES = join(ROOT, 'deploy', 'prometheus');

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as `GET /api/v1/rules` tells it. */
export interface Rule {
  readonly type: 'recording' | 'alerting';
  readonly name: string;
  readonly query: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An alert as Prometheus or Alertmanager tells it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface TestPrometheus {
  readonly url: string;
  readonly api: string;
  /** All series that an instant query gives. @throws where Prometheus refuses it. */
  query(expression: string): Promise<Sample[]>;
  /** The value of the first series of an instant query; NaN where there is none. */
  value(expression: string): Promise<number>;
  /** Polls a query's first value for up to half a minute. @returns the last value seen. */
  eventually(expression: string, expected: number): Promise<number>;
  rules(): Promise<Rule[]>;
  /** Alerts that fire. */
  firing(): Promise<Alert[]>;
  stop(): Promise<void>;
}

interface PrometheusOptions {
  /** `host:port` of each replica. */
  readonly targets: readonly string[];
  /** `host:port`; without it, the shipped address, which nobody answers. */
  readonly alertmanager?: string;
  /** Every interval of the shipped files is replaced by this one; `shipped` leaves them. */
  readonly interval?: string;
}

export async function startPrometheus({
  targets,
  alertmanager,
  interval = '1s',
}: PrometheusOptions): Promise<TestPrometheus> {
  const folder = temporaryFolder();
  const address = `127.0.0.1:${await freePort()}`;
  const faster = (yaml: string): string =>
    interval === 'shipped' ? yaml : yaml.replace(/(interval:) \d+[sm]$/gm, `$1 ${interval}`);

  const config = readFileSync(join(ROOT, 'prometheus.yml'), 'utf8')
    .replace('server:8080', targets.join(', '))
    .replace('localhost:9090', address)
    .replace('alertmanager:9093', alertmanager ?? 'alertmanager:9093');
  writeFileSync(join(folder, 'prometheus.yml'), faster(config));
  const rules = join(folder, 'deploy', 'prometheus');
  cpSync(RULES, rules, { recursive: true });
  for (const file of readdirSync(rules).filter((name) => name.endsWith('.yml'))) {
    writeFileSync(join(rules, file), faster(readFileSync(join(rules, file), 'utf8')));
  }

  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(child, `http://${address}/-/ready`);

  const api = `http://${address}/api/v1`;
  const get = async <T>(path: string): Promise<T> => {
    const answer = (await (await fetch(`${api}/${path}`)).json()) as { data: T; error?: string };
    if (answer.error !== undefined) {
      throw new Error(`${path}: ${answer.error}`);
    }
    return answer.data;
  };
  const query = async (expression: string): Promise<Sample[]> => {
    const { result } = await get<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(`query?${new URLSearchParams({ query: expression })}`);
    return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  };
  const value = async (expression: string): Promise<number> =>
    (await query(expression))[0]?.value ?? Number.NaN;
  return {
    url: `http://${address}`,
    api,
    query,
    value,
    eventually: (expression, expected) =>
      poll(
        () => value(expression),
        (found) => found === expected,
      ),
    rules: async () => {
      const { groups } = await get<{ groups: { rules: Rule[] }[] }>('rules');
      return groups.flatMap((group) => group.rules);
    },
    firing: async () => {
      const { alerts } = await get<{ alerts: (Alert & { state: string })[] }>('alerts');
      return alerts.filter(({ state }) => state === 'firing');
    },
    stop: () => stop(child),
  };
}

export interface TestAlertmanager {
  /** `host:port`. */
  readonly address: string;
  /** Makes alerts fire, as Prometheus would. */
  send(labels: readonly Readonly<Record<string, string>>[]): Promise<void>;
  /** What a person would be told: alerts that are neither silenced nor inhibited. */
  active(): Promise<Alert[]>;
  stop(): Promise<void>;
}

export async function startAlertmanager(): Promise<TestAlertmanager> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(ROOT, 'deploy', 'alertmanager', 'alertmanager.yml')}`,
      `--storage.path=${temporaryFolder()}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(child, `http://${address}/-/ready`);
  return {
    address,
    send: async (labels) => {
      const { ok, status } = await fetch(`http://${address}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(labels.map((alert) => ({ labels: alert }))),
      });
      if (!ok) {
        throw new Error(`Alertmanager refused the alerts: ${status}`);
      }
    },
    active: async () => {
      const url = `http://${address}/api/v2/alerts?active=true&silenced=false&inhibited=false`;
      return (await fetch(url)).json() as Promise<Alert[]>;
    },
    stop: () => stop(child),
  };
}

/**
 * Asks again and again until the answer is accepted or the time is over.
 *
 * @returns the last answer.
 */
export async function poll<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let answer = await ask();
  while (!accept(answer) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    answer = await ask();
  }
  return answer;
}

/** @throws with its log where the process ends before it answers. */
async function ready(child: ChildProcess, url: string): Promise<void> {
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log = (log + chunk).slice(-10_000);
  });
  const answers = (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const isReady = await poll(answers, (ok) => ok || over());
  if (!isReady) {
    child.kill();
    throw new Error(`${child.spawnfile} is not ready: ${log}`);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
}

/** A port that nobody listens on, at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
