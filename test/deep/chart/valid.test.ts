/** What others' tools say of the rendered chart: Helm, kubeconform, checkov, promtool. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { all, CHART, COMMIT, FLAGS, haveHelm, helm, type Manifest, one, render } from './helm.ts';
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

  test('the oldest Kubernetes that the chart allows is the oldest that it is validated for', () => {
    const { kubeVersion } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
    expect(kubeVersion).toBe(`>=${schemas.versions[0]}-0`);
    expect(schemas.versions.length).toBeGreaterThan(8);
  });

  test('kubeconform accepts every object, for each version of Kubernetes', () => {
    const objects = [...rendered.values()].flat().length;
    for (const version of schemas.versions) {
      expect
        .soft(schemas.conform(version, folder), version)
        .toContain(`Valid: ${objects}, Invalid: 0, Errors: 0, Skipped: 0`);
    }
  });

  test.each<[string, (spec: Record<string, unknown>) => void]>([
    ['Deployment', (spec) => (spec.replica = 2)],
    ['Service', (spec) => (spec.ports = 'http')],
    ['NetworkPolicy', (spec) => (spec.policyTypes = [1])],
    ['Rollout', (spec) => (spec.strategy = { canary: { stepz: [] } })],
    ['AnalysisTemplate', (spec) => (spec.metric = [])],
    ['ScaledObject', (spec) => (spec.triggers = [{ type: 1 }])],
    ['HTTPRoute', (spec) => (spec.parentRef = {})],
    ['ServiceMonitor', (spec) => (spec.endpoints = [{ prt: 'http' }])],
    ['PrometheusRule', (spec) => (spec.groups = [{ rules: [] }])],
    ['ExternalSecret', (spec) => (spec.secretStoreRef = { nam: 'vault' })],
    ['Canary', (spec) => (spec.analysis = { thresholds: 5 })],
    ['MetricTemplate', (spec) => (spec.provider = { kind: 'prometheus' })],
  ])('the schemas refuse a wrong field of %s', (kind, breakSpec) => {
    const [manifest] = structuredClone(all([...rendered.values()].flat(), kind));
    breakSpec(manifest!.spec);
    const broken = writeManifests(new Map([['broken', [manifest!]]]));
    const newest = schemas.versions.at(-1)!;
    expect(schemas.conform(newest, broken)).toContain('Invalid: 1, Errors: 0');
  });

  test('checkov finds nothing but what is accepted with a reason', () => {
    expect(runCheckov(folder)).toEqual(Object.keys(ACCEPTED).sort());
  });

  test.each([
    ['Argo by the share of pods', 'AnalysisTemplate'],
    ['Flagger', 'MetricTemplate'],
  ])('promtool accepts every query that decides about a new version: %s', (set, kind) => {
    const queries = all(rendered.get(set)!, kind).flatMap(({ spec }) =>
      spec.query
        ? [spec.query]
        : spec.metrics.map(({ provider }: Metric) => provider.prometheus.query),
    );
    expect(queries.length).toBeGreaterThan(5);
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    expect(checkRules({ groups: [{ name: 'queries', rules }] })).toContain('SUCCESS');
  });

  test('promtool accepts the rules as they are in a PrometheusRule', () => {
    const { spec } = one(rendered.get('monitoring')!, 'PrometheusRule');
    expect(checkRules(spec)).toMatch(/SUCCESS: \d{2,} rules found/);
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

/** @throws with what promtool wrote, where it finds a fault. */
function checkRules(groups: object): string {
  const file = join(temporaryFolder(), 'rules.yml');
  writeFileSync(file, stringify(groups));
  const args = ['check', 'rules', '--lint=all', '--lint-fatal', file];
  return execFileSync('promtool', args, { encoding: 'utf8' });
}

interface Metric {
  readonly provider: { readonly prometheus: { readonly query: string } };
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
    ({ check_id, resource }) =>
      `${check_id} ${/-(test|batch)(-|$)/.exec(resource)?.[1] ?? 'server'}`,
  );
  return [...new Set(names)].sort();
}
