/** deploy/kserve: valid by the schemas of KServe, and about this server. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { OPERATIONS } from '../../src/api/operations.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { PINNED } from '../support/pinned.ts';
import { readDocument } from './markdown.ts';

interface Variable {
  readonly name: string;
  readonly value: string;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number };
}
interface Container {
  readonly name: string;
  readonly env: readonly Variable[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}
interface ServingRuntime {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly containers: readonly [Container];
    readonly supportedModelFormats: readonly object[];
  };
}
interface InferenceService {
  readonly spec: {
    readonly predictor: {
      readonly model: {
        readonly runtime: string;
        readonly modelFormat: object;
        readonly env: readonly Variable[];
      };
    };
  };
}
type Schema = Parameters<typeof z.fromJSONSchema>[0];

const read = <T>(name: string) => parse(readDocument(`deploy/kserve/${name}.yml`)) as T;
const runtime = read<ServingRuntime>('serving-runtime');
const service = read<InferenceService>('inference-service');

function schemaOf(name: string): Schema {
  return JSON.parse(readDocument(`test/fixtures/kserve/${name}.json`)) as Schema;
}

/** Paths of fields whose schema is left out of the fixture. */
function omitted(schema: unknown, value: unknown, path = ''): string[] {
  const { properties, items, ...own } = schema as Record<string, unknown>;
  if (own['x-omitted'] === true) {
    return [path];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => omitted(items, each, `${path}.${index}`));
  }
  return Object.entries((properties as object | undefined) ?? {}).flatMap(([name, field]) => {
    const found = (value as Record<string, unknown>)[name];
    return found === undefined ? [] : omitted(field, found, `${path}.${name}`);
  });
}

test.each([
  ['serving-runtime', runtime],
  ['inference-service', service],
])('%s.yml is valid', (name, document) => {
  const schema = schemaOf(name);
  expect(omitted(schema, document)).toEqual([]);
  expect(z.fromJSONSchema(schema).safeParse(document).error?.issues ?? []).toEqual([]);
});

test.each([
  ['an unknown field', { extra: 1 }],
  ['a port that is no number', { ports: [{ containerPort: 'http' }] }],
  ['a probe without its path’s port', { livenessProbe: { httpGet: { path: '/' } } }],
])('%s would be refused', (_, change) => {
  const [container] = runtime.spec.containers;
  const spec = { ...runtime.spec, containers: [{ ...container, ...change }] };
  const parsed = z.fromJSONSchema(schemaOf('serving-runtime')).safeParse({ ...runtime, spec });
  expect(parsed.success).toBe(false);
});

test('the runtime has the ports, settings and probes of the server', () => {
  const [{ name, env, ports, ...probes }] = runtime.spec.containers;
  // The name by which KServe finds the container.
  expect(name).toBe('kserve-container');
  const variables = Object.values(SETTINGS).map(({ variable }) => variable);
  expect(env.filter((each) => !variables.includes(each.name))).toEqual([]);
  const values = Object.fromEntries(env.map((each) => [each.name, each.value]));
  expect(ports.map(({ containerPort }) => String(containerPort))).toEqual([
    values.PORT,
    values.GRPC_PORT,
  ]);
  const { startupProbe, readinessProbe, livenessProbe } = probes;
  const get = (operation: { readonly path: string }) => ({
    httpGet: { path: operation.path, port: Number(values.PORT) },
  });
  expect(startupProbe).toMatchObject(get(OPERATIONS.serverReady));
  expect(readinessProbe).toMatchObject(get(OPERATIONS.serverReady));
  expect(livenessProbe).toMatchObject(get(OPERATIONS.serverLive));
});

test('the service selects the runtime, its format, and the pinned version', () => {
  const { model } = service.spec.predictor;
  expect(model.runtime).toBe(runtime.metadata.name);
  expect(runtime.spec.supportedModelFormats).toContainEqual(
    expect.objectContaining(model.modelFormat),
  );
  expect(model.env).toEqual([{ name: 'MODEL_COMMIT', value: PINNED }]);
});
