/** What others' tools say of the rendered chart: Helm, kubeconform, checkov, promtool. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { CHART, COMMIT, FLAGS, haveHelm, helm, type Manifest, one, render } from './helm.ts';
import { MATRIX } from './matrix.ts';
import { type KubernetesSchemas, openSchemas } from './schemas.ts';

/** Checks of checkov that fail, and why they may. */
const ACCEPTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['server', 'batch', 'test'].flatMap((component) => [
      [`CKV_K8S_15 ${component}`, 'no tag is pushed twice: there is nothing to pull again'],
      [`CKV_K8S_40 ${component}`, '1000 is the user of the image'],
      [`CKV_K8S_43 ${component}`, 'image.digest sets it'],
    ]),
  ),
  'CKV_K8S_8 test': 'it runs for seconds, and has a deadline',
  'CKV_K8S_9 test': 'nothing sends it requests',
};

describe.skipIf(!haveHelm)('the chart', () => {
  const rendered = new Map<string, Manifest[]>();
  let schemas: KubernetesSchemas;
  let folder: string;

  beforeAll(async () => {
    for (const [name, values] of Object.entries(MATRIX)) {
      rendered.set(name, await render(values));
    }
    schemas = openSchemas([...rendered.values()].flat());
    folder = writeManifests(rendered);
  });

  test.each(Object.entries(MATRIX))('helm lint --strict finds nothing: %s', async (_, values) => {
    const { status, stdout } = await helm(['lint', '--strict', CHART, ...FLAGS], {
      modelCommit: COMMIT,
      ...values,
    });
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(status).toBe(0);
  });

  test('the oldest Kubernetes that the chart allows is the oldest whose schemas it is held against', () => {
    const { kubeVersion } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
    expect(kubeVersion).toBe(`>=${schemas.versions[0]}-0`);
    expect(schemas.versions.length).toBeGreaterThan(8);
  });

  test('kubeconform accepts every object, for each version of Kubernetes', () => {
    const objects = [...rendered.values()].flat().length;
    for (const version of schemas.versions) {
      expect.soft(schemas.conform(version, folder), version).toContain(`Valid: ${objects}, Invalid: 0`);
    }
  });

  test.each<[string, string, (spec: Record<string, unknown>) => void]>([
    ['Deployment', 'the defaults', (spec) => (spec.replica = 2)],
    ['Service', 'the defaults', (spec) => (spec.ports = 'http')],
    ['Rollout', 'Argo by weights', (spec) => (spec.strategy = { canary: { stepz: [] } })],
    ['AnalysisTemplate', 'Argo by weights', (spec) => (spec.metric = [])],
    ['ScaledObject', 'KEDA', (spec) => (spec.triggers = [{ type: 1 }])],
    ['HTTPRoute', 'a gateway', (spec) => (spec.parentRef = {})],
    ['ServiceMonitor', 'monitoring', (spec) => (spec.endpoints = [{ prt: 'http' }])],
    ['PrometheusRule', 'monitoring', (spec) => (spec.groups = [{ rules: [] }])],
    ['ExternalSecret', 'external secrets', (spec) => (spec.secretStoreRef = { nam: 'vault' })],
    ['Canary', 'Flagger by weights', (spec) => (spec.analysis = { thresholds: 5 })],
    ['MetricTemplate', 'Flagger by weights', (spec) => (spec.provider = { kind: 'prometheus' })],
  ])('the schemas refuse a wrong field of a %s', (kind, set, breakSpec) => {
    const manifest = structuredClone(one(rendered.get(set)!.slice(), kind));
    breakSpec(manifest.spec);
    const broken = writeManifests(new Map([['broken', [manifest]]]));
    for (const version of schemas.versions) {
      expect.soft(() => schemas.conform(version, broken), version).toThrow(/Invalid: 1/);
    }
  });

  test('checkov finds nothing but what is accepted with a reason', () => {
    expect(runCheckov(folder)).toEqual(Object.keys(ACCEPTED).sort());
  });

  test('promtool accepts the rules as they are in a PrometheusRule', () => {
    const { spec } = one(rendered.get('monitoring')!, 'PrometheusRule');
    const file = join(temporaryFolder(), 'rules.yml');
    writeFileSync(file, stringify(spec));
    expect(
      execFileSync('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', file], {
        encoding: 'utf8',
      }),
    ).toMatch(/SUCCESS: \d{2,} rules found/);
  });
});

/** A file for each set of values. */
function writeManifests(sets: ReadonlyMap<string, readonly Manifest[]>): string {
  const folder = join(temporaryFolder(), 'manifests');
  mkdirSync(folder);
  for (const [name, manifests] of sets) {
    const text = manifests.map((manifest) => stringify(manifest)).join('---\n');
    writeFileSync(join(folder, `${name.replaceAll(' ', '-')}.yaml`), text);
  }
  return folder;
}

interface FailedCheck {
  readonly check_id: string;
  readonly resource: string;
}

/** Each failed check, with the component of the pods that fail it. */
function runCheckov(folder: string): string[] {
  const output = execFileSync(
    'checkov',
    [
      ...['--directory', folder, '--framework', 'kubernetes', '--output', 'json'],
      ...['--quiet', '--compact', '--soft-fail', '--skip-download'],
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const { results, summary } = JSON.parse(output);
  expect(summary.parsing_errors).toBe(0);
  expect(summary.passed).toBeGreaterThan(100);
  const failed: readonly FailedCheck[] = results.failed_checks;
  const names = failed.map(
    ({ check_id, resource }) => `${check_id} ${/-(test|batch)(-|$)/.exec(resource)?.[1] ?? 'server'}`,
  );
  return [...new Set(names)].sort();
}
