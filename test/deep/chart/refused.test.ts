/** Values that the chart refuses, and what it says then. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../../src/config/settings.ts';
import {
  CHART,
  COMMIT,
  haveHelm,
  OTHER_COMMIT,
  refusal,
  render,
  serverPod,
  type Values,
} from './helm.ts';

const defaults = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));

const SHA = 'full git commit SHA of a version, 40 or 64 lower-case hexadecimal digits, found';
const store = { model: { store: 's3://models/production' } };
const { secrets, autoscaling } = defaults;

describe.skipIf(!haveHelm)('a version that is', () => {
  test.each([
    ['missing', ''],
    ['a branch', 'main'],
    ['a tag', 'v1.2.0'],
    ['an abbreviated SHA', COMMIT.slice(0, 12)],
    ['a digit short', COMMIT.slice(1)],
    ['a digit long', `${COMMIT}a`],
    ['of 63 digits', 'a'.repeat(63)],
    ['of 65 digits', 'a'.repeat(65)],
    ['in upper case', COMMIT.toUpperCase()],
    ['with a letter that is no digit', COMMIT.replace(/[a-f]/, 'g')],
    ['with a space behind it', `${COMMIT} `],
    ['with a line behind it', `${COMMIT}\n`],
    ['two of them', `${COMMIT}\n${OTHER_COMMIT}`],
    ['a flag', `--${COMMIT.slice(2)}`],
    ['YAML', `${COMMIT}"\n  hostNetwork: true #`],
    ['a template', '{{ .Values.modelName }}'],
    ['a command', `$(echo ${COMMIT})`],
  ])('%s is refused', async (_, modelCommit) => {
    expect(await refusal({ modelCommit })).toContain(`modelCommit: expected the ${SHA}`);
    expect(await refusal({ ...store, canary: { compareWith: modelCommit || 'HEAD' } })).toContain(
      `canary.compareWith: expected the ${SHA}`,
    );
  });

  test('a number is refused', async () => {
    expect(await refusal({ modelCommit: 1234567890 })).toContain('got number, want string');
  });

  test.each([
    ['SHA-1', COMMIT],
    ['SHA-256', '0123456789abcdef'.repeat(4)],
  ])('a full %s is taken', async (_, modelCommit) => {
    const { spec } = serverPod(await render({ modelCommit }));
    expect(spec.containers[0].env).toContainEqual({ name: 'MODEL_COMMIT', value: modelCommit });
  });
});

describe.skipIf(!haveHelm)('an unknown value', () => {
  test.each(['', ...objectsOf(defaults)])('in "%s" is refused', async (path) => {
    const keys = path.split('.').filter(Boolean);
    const values = keys.reduceRight((inner: Values, key) => ({ [key]: inner }), {
      unknownValue: 1,
    });
    expect(await refusal(values)).toContain(
      `at '${keys.map((key) => `/${key}`).join('')}': additional properties 'unknownValue' not allowed`,
    );
  });
});

describe.skipIf(!haveHelm)('values that contradict each other or are no values of theirs:', () => {
  const SENTENCES: [string, Values, string][] = [
    [
      'a comparison without a store',
      { canary: { compareWith: OTHER_COMMIT } },
      'expected model.store to be set',
    ],
    [
      'credentials as variables',
      { model: { ...store.model, env: { AWS_SECRET_ACCESS_KEY: 'x' } } },
      'expected credentials in a file of model.credentialsSecret, found AWS_SECRET_ACCESS_KEY',
    ],
    [
      'a session token as a variable',
      { model: { ...store.model, env: { AWS_SESSION_TOKEN: 'x' } } },
      'found AWS_SESSION_TOKEN',
    ],
    [
      'weights without a route',
      { canary: { traffic: 'HTTPRoute' } },
      'expected httpRoute.enabled with HTTPRoute, found false',
    ],
    [
      'Flagger without weights',
      { rollout: { kind: 'Flagger' } },
      'expected HTTPRoute with Flagger',
    ],
    [
      'two Secrets',
      {
        secrets: {
          keys: ['api-keys'],
          existingSecret: 'a',
          externalSecret: { ...secrets.externalSecret, enabled: true },
        },
      },
      'expected existingSecret or externalSecret, found both',
    ],
    [
      'keys without a Secret',
      { secrets: { keys: ['api-keys'] } },
      'secrets.keys: expected a Secret',
    ],
    [
      'a Secret without keys',
      { secrets: { existingSecret: 'a' } },
      'secrets.keys: expected the keys that the Secret has',
    ],
    [
      'an ExternalSecret without a store',
      { secrets: { keys: ['api-keys'], externalSecret: { enabled: true, remoteKey: 'a' } } },
      'expected storeRef.name and remoteKey',
    ],
    [
      'more replicas at least than at most',
      { autoscaling: { ...autoscaling, enabled: true, minReplicas: 11 } },
      'autoscaling.maxReplicas: expected at least minReplicas (11), found 10',
    ],
    [
      'KEDA by queue without a Prometheus',
      { autoscaling: { ...autoscaling, enabled: true, kind: 'KEDA', queueLength: 5 } },
      'autoscaling.prometheusAddress: expected http://host:port',
    ],
    [
      'an ingress without a host',
      { ingress: { enabled: true } },
      'ingress.host: expected a host name',
    ],
    [
      'a route without a gateway',
      { httpRoute: { enabled: true } },
      'httpRoute.parentRefs: expected the gateway',
    ],
    [
      'a batch without a file',
      { batch: { enabled: true, claim: 'a' } },
      'expected claim and input',
    ],
    [
      'a label that selects pods',
      { podLabels: { 'app.kubernetes.io/instance': 'other' } },
      'podLabels: expected labels that the chart does not set itself',
    ],
  ];
  test.each(SENTENCES)('%s', async (_, values, sentence) => {
    expect(await refusal(values)).toContain(sentence);
  });

  const BY_SCHEMA: [string, Values][] = [
    ['/gracePeriodSeconds', { gracePeriodSeconds: 14 }],
    ['/startupSeconds', { startupSeconds: 0 }],
    ['/workers', { workers: 0 }],
    ['/workers', { workers: 1.5 }],
    ['/replicas', { replicas: -1 }],
    ['/replicas', { replicas: '2' }],
    ['/memory', { memory: 'lots' }],
    ['/modelName', { modelName: '../other' }],
    ['/image/repository', { image: { repository: '' } }],
    ['/image/tag', { image: { tag: 'a:b' } }],
    ['/image/digest', { image: { digest: 'sha256:abc' } }],
    ['/image/pullPolicy', { image: { pullPolicy: 'Sometimes' } }],
    ['/model/store', { model: { store: '/srv/models' } }],
    ['/model/store', { model: { store: 'https://user:password@host/models' } }],
    ['/model/env', { model: { env: { PATH: '/tmp' } } }],
    ['/model/cache/sizeLimit', { model: { cache: { sizeLimit: '' } } }],
    ['/settings', { settings: { API_KEYS: 'secret' } }],
    ['/settings/LOG_LEVEL', { settings: { LOG_LEVEL: ['debug'] } }],
    ['/secrets/keys/0', { secrets: { keys: ['password'], existingSecret: 'a' } }],
    ['/service/type', { service: { type: 'ExternalName' } }],
    ['/service/port', { service: { port: 65_536 } }],
    ['/service/grpcPort', { service: { grpcPort: '9000' } }],
    ['/rollout/kind', { rollout: { kind: 'StatefulSet' } }],
    ['/canary/traffic', { canary: { traffic: 'Mesh' } }],
    ['/canary/steps', { canary: { steps: [] } }],
    ['/canary/steps/0', { canary: { steps: [101] } }],
    ['/autoscaling/kind', { autoscaling: { kind: 'VPA' } }],
    ['/autoscaling/minReplicas', { autoscaling: { minReplicas: 0 } }],
    ['/podDisruptionBudget/maxUnavailable', { podDisruptionBudget: { maxUnavailable: 0 } }],
    ['/podDisruptionBudget/maxUnavailable', { podDisruptionBudget: { maxUnavailable: '0%' } }],
    ['/networkPolicy/storeCidrs/0', { networkPolicy: { storeCidrs: ['s3.example'] } }],
    ['/networkPolicy/fromNamespaces/0', { networkPolicy: { fromNamespaces: ['Web'] } }],
    ['/serviceMonitor/interval', { serviceMonitor: { interval: '15' } }],
    ['/ingress/path', { ingress: { path: 'predict' } }],
    ['/batch/output', { batch: { output: 'scored.csv' } }],
    ['/batch/input', { batch: { input: '/etc/passwd' } }],
    ['/batch/shards', { batch: { shards: 0 } }],
    ['/tests/text', { tests: { text: '' } }],
  ];
  test.each(BY_SCHEMA)('%s %j', async (path, values) => {
    expect(await refusal(values)).toMatch(new RegExp(`at '${path}'`));
  });
});

describe('the schema of the values', () => {
  /** Variables that other values make, and their secrets. */
  const BY_OTHER_VALUES = [
    ...['HOST', 'PORT', 'GRPC_PORT', 'ADMIN_PORT', 'TLS_CERT', 'TLS_KEY', 'WORKERS'],
    ...['MODEL_STORE', 'MODEL_NAME', 'MODEL_COMMIT', 'MODEL_CACHE', 'SHADOW_COMMIT'],
    ...['DRAIN_DELAY_MS', 'DRAIN_TIMEOUT_MS', 'API_KEYS', 'API_KEYS_FILE', 'ADMIN_TOKEN'],
    'FEEDBACK_KEY',
    // Where MODEL_COMMIT is set, they must not be.
    ...['MODEL_ALIAS', 'WATCH_PIN'],
  ];
  /** Of the OpenTelemetry SDK and of the proxy's users, which src/config does not list. */
  const NOT_OURS = /^(OTEL_.*|HTTPS?_PROXY|NO_PROXY)$/;

  test('knows each setting of the server that no other value makes, and no other', () => {
    const variables = Object.values(SETTINGS).map(({ variable }) => variable);
    const known = Object.keys(schema.properties.settings.properties);
    expect(known.filter((name) => !NOT_OURS.test(name)).sort()).toEqual(
      variables.filter((name) => !BY_OTHER_VALUES.includes(name) && !NOT_OURS.test(name)).sort(),
    );
    expect(variables).toEqual(expect.arrayContaining(BY_OTHER_VALUES));
  });

  test('has each value of values.yaml, and values.yaml has each value of the schema', () => {
    // What Helm itself passes to subcharts.
    const { global: _, ...properties } = schema.properties;
    expect(shapeOf({ properties })).toEqual(shapeOfValues(defaults));
  });

  test('closes each object whose names are known', () => {
    const open = objectsOf(defaults).filter((path) => {
      const at = schemaAt(path);
      return at.properties !== undefined && at.additionalProperties !== false;
    });
    expect(open).toEqual([]);
  });
});

test('each value of values.yaml has a comment, or its section has', () => {
  const lines = readFileSync(join(CHART, 'values.yaml'), 'utf8').split('\n');
  const uncommented = lines.filter(
    (line, at) => /^[a-zA-Z]+:/.test(line) && !isCommented(lines, at),
  );
  expect(uncommented).toEqual([]);
});

/** A comment is above the value, above one of its block, or of the values right before it. */
function isCommented(lines: readonly string[], at: number): boolean {
  const end = lines.findIndex((line, index) => index > at && !line.startsWith(' '));
  const start = lines.slice(0, at).lastIndexOf('');
  return lines.slice(start + 1, end).some((line) => line.trim().startsWith('#'));
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

function schemaAt(path: string): Schema {
  return path.split('.').reduce((at: Schema, key) => at.properties?.[key] ?? {}, schema as Schema);
}

/** The paths of the objects of values.yaml whose names the schema knows. */
function objectsOf(values: Record<string, unknown>, path = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const below = path ? `${path}.${name}` : name;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && schemaAt(below).properties
      ? [below, ...objectsOf(value as Record<string, unknown>, below)]
      : [];
  });
}

/** Names only, of the objects whose names are known. */
function shapeOf({ properties }: Schema, path = ''): string[] {
  return Object.entries(properties ?? {})
    .flatMap(([name, below]) =>
      path === 'settings.' ? [] : [`${path}${name}`, ...shapeOf(below, `${path}${name}.`)],
    )
    .sort();
}

function shapeOfValues(values: Record<string, unknown>, path = ''): string[] {
  return Object.entries(values)
    .flatMap(([name, value]) => {
      const at = `${path}${name}`;
      const isKnown = schemaAt(at).properties !== undefined;
      return isKnown ? [at, ...shapeOfValues(value as Record<string, unknown>, `${at}.`)] : [at];
    })
    .sort();
}
