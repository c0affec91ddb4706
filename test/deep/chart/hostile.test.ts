/** Values that are accepted make objects that Kubernetes accepts, and keep what the chart promises. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import {
  containersOf,
  environmentOf,
  haveHelm,
  type Manifest,
  OTHER_COMMIT,
  pods,
  refusal,
  render,
  serverPod,
  template,
  type Values,
} from './helm.ts';
import { hostileValues, type Schema, schema, seeded, set } from './hostile.ts';
import { openSchemas } from './schemas.ts';

const SETS = 40;
const SEED = Number(process.env.CHART_SEED ?? 1);

describe.skipIf(!haveHelm)('hostile values', () => {
  test(`that are accepted keep every promise: ${SETS} sets`, async () => {
    const random = seeded(SEED);
    const accepted = new Map<string, Manifest[]>();
    const folder = join(temporaryFolder(), 'hostile');
    mkdirSync(folder);
    for (let index = 0; index < SETS; index += 1) {
      const values = hostileValues(random);
      const { status, stdout, stderr } = await template(values);
      if (status !== 0) {
        // A sentence of the chart or of its schema, not a fault of a template.
        expect(stderr, JSON.stringify(values)).toMatch(/expected |specifications of the schema/);
        continue;
      }
      const documents = parseAllDocuments(stdout);
      expect(
        documents.flatMap(({ errors }) => errors),
        JSON.stringify(values),
      ).toEqual([]);
      const manifests = documents.map((document) => document.toJS()).filter(Boolean);
      expect(faults(manifests), JSON.stringify(values)).toEqual([]);
      accepted.set(JSON.stringify(values), manifests);
      writeFileSync(join(folder, `${index}.yaml`), stdout);
    }
    expect(accepted.size).toBeGreaterThan(SETS / 4);
    const objects = [...accepted.values()].flat();
    const schemas = openSchemas(objects);
    for (const version of [schemas.versions[0]!, schemas.versions.at(-1)!]) {
      expect(schemas.conform(version, folder)).toContain(
        `Valid: ${objects.length}, Invalid: 0, Errors: 0, Skipped: 0`,
      );
    }
    const [first] = accepted.keys();
    const values = JSON.parse(first!);
    const selectors = (manifests: readonly Manifest[]) =>
      manifests.map(({ kind, metadata, spec }) => [kind, metadata.name, spec?.selector]);
    expect(selectors(await render({ ...values, modelCommit: OTHER_COMMIT }))).toEqual(
      selectors(accepted.get(first!)!),
    );
  });
});

/** What the chart promises of any objects, and these do not keep. */
function faults(manifests: readonly Manifest[]): string[] {
  const found: string[] = [];
  const seen = (what: string, names: readonly unknown[]) => {
    if (new Set(names).size !== names.length) {
      found.push(`${what} twice: ${names}`);
    }
  };
  seen(
    'objects',
    manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  );
  JSON.stringify(manifests, (key, value) => {
    if (value === null) {
      found.push(`null: ${key}`);
    }
    return value;
  });
  for (const pod of pods(manifests)) {
    const volumes = (pod.spec.volumes ?? []).map(({ name }) => name);
    seen('volumes', volumes);
    for (const container of containersOf(pod)) {
      seen(
        'variables',
        (container.env ?? []).map(({ name }) => name),
      );
      seen(
        'ports',
        (container.ports ?? []).map(({ containerPort }) => containerPort),
      );
      const mounts = container.volumeMounts ?? [];
      seen(
        'mounts',
        mounts.map(({ mountPath }) => mountPath),
      );
      found.push(...mounts.filter(({ name }) => !volumes.includes(name)).map(({ name }) => name));
    }
  }
  const { spec } = serverPod(manifests);
  const { DRAIN_DELAY_MS: delay, DRAIN_TIMEOUT_MS: timeout } = environmentOf(spec.containers[0]);
  if (
    Number(delay) + Number(timeout) + 7000 !==
    Number(spec.terminationGracePeriodSeconds) * 1000
  ) {
    found.push(`drain: ${delay} ${timeout}`);
  }
  return found;
}

describe.skipIf(!haveHelm)('null', () => {
  const paths = requiredPaths(schema).filter((path) => path.length > 0);

  test('is no value of those that have a default, which Helm would take out', async () => {
    expect(paths.length).toBeGreaterThan(100);
    const taken: string[] = [];
    for (const path of paths) {
      const values: Values = {};
      set(values, path, null);
      const refused = await refusal(values);
      if (!refused?.includes('missing propert')) {
        taken.push(`${path.join('.')}: ${refused}`);
      }
    }
    expect(taken).toEqual([]);
  });
});

/** The paths of the values that are no objects. */
function requiredPaths(at: Schema, path: readonly string[] = []): (readonly string[])[] {
  return Object.entries(at.properties ?? {}).flatMap(([name, below]) => {
    const isNullable = [below.type].flat().includes('null');
    const isOptional = name === 'global' || path[0] === 'settings';
    return isNullable || isOptional
      ? []
      : [[...path, name], ...requiredPaths(below, [...path, name])];
  });
}
