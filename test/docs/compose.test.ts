/** docker-compose.yml: what each service is limited to, and what the server receives. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/config.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { readDocument } from './markdown.ts';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[];
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly container_name?: string;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly interval?: string };
  readonly pids_limit?: number;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
  readonly logging?: {
    readonly driver: string;
    readonly options: Readonly<Record<string, unknown>>;
  };
}

const source = readDocument('docker-compose.yml');
const { services } = parse(source) as { services: Record<string, Service> };
const server = services.server as Service;

/** The value of `${NAME:-value}` where the variable is not set. */
const byDefault = (value: string): string => value.replace(/^\$\{\w+:-(.*)\}$/, '$1');

describe.each(Object.entries(services))('%s', (_, service) => {
  test('has a bounded log and a bounded number of threads, and can change nothing else', () => {
    expect(service).toMatchObject({
      pids_limit: expect.any(Number),
      read_only: true,
      cap_drop: ['ALL'],
      logging: {
        driver: 'json-file',
        // The engine takes text only.
        options: {
          'max-size': expect.stringMatching(/^\d+m$/),
          'max-file': expect.stringMatching(/^\d+$/),
        },
      },
    });
  });

  test('has a health check', () => {
    // The server's is that of its image.
    expect(service.healthcheck).toMatchObject({ interval: expect.stringMatching(/^\d+s$/) });
    const port = service.ports?.[0]?.split(':').at(-1);
    const test = service.healthcheck?.test ?? ['its image', `http://127.0.0.1:${port}/`];
    expect(test.at(-1)).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/`));
  });

  test('waits for no service to be healthy: it may be needed because one is not', () => {
    expect(Array.isArray(service.depends_on ?? [])).toBe(true);
  });
});

test('every image but the server’s has the tag of one version, which a variable can replace', () => {
  for (const [name, { image }] of Object.entries(services)) {
    const tag =
      name === 'server' ? /^\S+:\$\{MODEL_COMMIT:-pinned\}$/ : /:\$\{\w+:-v?\d+\.\d+\.\d+\}$/;
    expect.soft(image).toMatch(tag);
  }
});

test('the server receives keys, limits and the address of Prometheus; unset, each has its default', () => {
  const given = Object.entries(server.environment ?? {});
  expect(given.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      ...['ADMIN_TOKEN', 'API_KEYS', 'CACHE_SIZE', 'DRAIN_DELAY_MS', 'FEEDBACK_KEY'],
      ...['MAX_CONNECTIONS', 'WORKERS'],
    ]),
  );
  const variables = Object.values(SETTINGS).map(({ variable }) => variable);
  for (const [name, value] of given) {
    // The others of OpenTelemetry are read by its SDK.
    if (!/^OTEL_/.test(name)) {
      expect.soft(variables).toContain(name);
    }
    expect.soft(value).toMatch(new RegExp(`^\\$\\{${name}:-.*\\}$`));
  }
  const env = Object.fromEntries(given.map(([name, value]) => [name, byDefault(value)]));
  expect(readConfig({}, env)).toEqual({
    ...readConfig({}, {}),
    ...{ drainDelayMs: 3_000, prometheusUrl: 'http://prometheus:9090' },
  });
});

test('Prometheus keeps more than the 30 days of the error budget', () => {
  const retention = services.prometheus?.command?.find((each) => /retention\.time/.test(each));
  expect(retention).toBe('--storage.tsdb.retention.time=45d');
});

test('the server can have replicas: its host port may be a range, and Prometheus asks for its name', () => {
  expect(server.container_name).toBeUndefined();
  expect(server.ports).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\$\{SERVER_PORT:-8080\}:8080$/),
  ]);
  const { scrape_configs } = parse(readDocument('prometheus.yml')) as {
    scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[] }[];
  };
  const job = scrape_configs.find(({ job_name }) => job_name === 'tweet-sentiment');
  expect(job?.dns_sd_configs).toMatchObject([{ names: ['server'], type: 'A', port: 8080 }]);
  expect(Object.keys(services)).toContain('server');
});

test('the engine waits longer than the server takes to stop', () => {
  const { drainTimeoutMs } = readConfig({}, {});
  const drainDelayMs = Number(byDefault(server.environment?.DRAIN_DELAY_MS ?? ''));
  const [, graceSeconds] = /^(\d+)s$/.exec(byDefault(server.stop_grace_period ?? '')) ?? [];
  // What src/commands/serve.ts adds.
  const stopGraceMs = 6_000;
  expect(Number(graceSeconds) * 1000).toBeGreaterThan(drainDelayMs + drainTimeoutMs + stopGraceMs);
});

test('the file is valid for Compose 1.29, which knows no merged maps of newer versions', () => {
  expect(source).not.toMatch(/^version:|<<:|\binclude:|\bextends:/m);
});
