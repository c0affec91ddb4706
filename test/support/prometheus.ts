/** Real Prometheus and Alertmanager with the shipped configuration, each on a free port. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, launch, poll, ROOT } from '../../tools/launch.mjs';
import { prometheusConfig } from '../../tools/prometheus.mjs';
import { temporaryFolder } from '../../tools/temporary.mjs';

export const RULES = join(ROOT, 'deploy', 'prometheus');

/** The recording rules that keep the `instance`, each with its reason. */
export const PER_REPLICA_RULES: Readonly<Record<string, string>> = {
  'job_instance:classifier_queue_saturation:ratio':
    'one full queue is enough for an alert, which names the replica',
};

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as `GET /api/v1/rules` returns it. */
export interface Rule {
  readonly type: 'recording' | 'alerting';
  readonly name: string;
  readonly query: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An alert as Prometheus or Alertmanager returns it. */
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
  /** The traces that exemplars of a query lead to. */
  exemplarTraces(expression: string): Promise<string[]>;
  rules(): Promise<Rule[]>;
  /** Alerts that fire, except the watchdog, which always does. */
  firing(): Promise<Alert[]>;
  stop(): Promise<void>;
}

interface PrometheusOptions {
  /** `host:port` of each replica. */
  readonly targets: readonly string[];
  /** `host:port`; without it, the shipped address, where nothing listens. */
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

  const config = prometheusConfig({ targets, address, alertmanager });
  writeFileSync(join(folder, 'prometheus.yml'), faster(config));
  const rules = join(folder, 'deploy', 'prometheus');
  cpSync(RULES, rules, { recursive: true });
  for (const file of readdirSync(rules).filter((name) => name.endsWith('.yml'))) {
    writeFileSync(join(rules, file), faster(readFileSync(join(rules, file), 'utf8')));
  }

  const program = await start('prometheus', address, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--enable-feature=exemplar-storage',
  ]);

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
      poll(() => value(expression), { accept: (found) => found === expected }),
    exemplarTraces: async (expression) => {
      const range = { start: String(Date.now() / 1000 - 600), end: String(Date.now() / 1000 + 60) };
      const found = await get<{ exemplars: { labels: { trace_id: string } }[] }[]>(
        `query_exemplars?${new URLSearchParams({ query: expression, ...range })}`,
      );
      return found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    },
    rules: async () => {
      const { groups } = await get<{ groups: { rules: Rule[] }[] }>('rules');
      return groups.flatMap((group) => group.rules);
    },
    firing: async () => {
      const { alerts } = await get<{ alerts: (Alert & { state: string })[] }>('alerts');
      return alerts.filter(
        ({ state, labels }) => state === 'firing' && labels.alertname !== 'Watchdog',
      );
    },
    stop: async () => void (await program.stop()),
  };
}

export interface TestAlertmanager {
  /** `host:port`. */
  readonly address: string;
  /** Makes alerts fire, as Prometheus would. */
  send(labels: readonly Readonly<Record<string, string>>[]): Promise<void>;
  /** What a person would receive: alerts that are neither silenced nor inhibited. */
  active(): Promise<Alert[]>;
  stop(): Promise<void>;
}

export async function startAlertmanager(): Promise<TestAlertmanager> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = await start('prometheus-alertmanager', address, [
    `--config.file=${join(ROOT, 'deploy', 'alertmanager', 'alertmanager.yml')}`,
    `--storage.path=${temporaryFolder()}`,
    '--cluster.listen-address=',
  ]);
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
    stop: async () => void (await program.stop()),
  };
}

/** Starts a program at an address. @throws with its log where it ends before it is ready. */
async function start(file: string, address: string, args: readonly string[]) {
  const program = launch(file, [...args, `--web.listen-address=${address}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  program.child.stderr?.on('data', (chunk) => {
    log = (log + chunk).slice(-10_000);
  });
  let hasEnded = false;
  const onEnd = (): void => {
    hasEnded = true;
  };
  program.exited.then(onEnd, onEnd);
  const isReady = (): Promise<boolean> =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await poll(isReady, { accept: (ok) => ok || hasEnded }))) {
    program.child.kill();
    throw new Error(`${file} is not ready: ${log}`);
  }
  return program;
}
