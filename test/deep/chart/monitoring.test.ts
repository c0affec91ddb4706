/** What the chart gives Prometheus and Grafana is what deploy/prometheus and deploy/grafana have. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { RULES } from '../../support/prometheus.ts';
import { ROOT } from '../../support/server.ts';
import { all, haveHelm, one, render, serverPod, type Values } from './helm.ts';
import { MATRIX } from './matrix.ts';

interface Group {
  readonly name: string;
  readonly rules: readonly { readonly alert?: string; readonly expr: string }[];
}

const NAME = 'shop-tweet-sentiment';
const monitored = (values: Values = {}) => render({ ...MATRIX.monitoring, ...values });
const files = readdirSync(RULES).filter((name) => name.endsWith('.yml'));
const written: Group[] = files.flatMap(
  (name) => parse(readFileSync(join(RULES, name), 'utf8')).groups,
);

describe.skipIf(!haveHelm)('a PrometheusRule', () => {
  test.each(written.map(({ name }) => name))('has the rules of the group %s', async (name) => {
    const groups: Group[] = one(await monitored(), 'PrometheusRule').spec.groups;
    const expected = written.filter((group) => group.name === name);
    expect(groups.filter((group) => group.name === name)).toEqual(
      JSON.parse(
        JSON.stringify(expected).replaceAll('job=\\"tweet-sentiment\\"', `job=\\"${NAME}\\"`),
      ),
    );
  });

  test('has no other group, and none twice', async () => {
    const groups: Group[] = one(await monitored(), 'PrometheusRule').spec.groups;
    expect(groups.map(({ name }) => name)).toEqual(written.map(({ name }) => name));
    expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
    expect(groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(50);
  });

  test('names the job of the release wherever the files name one', async () => {
    const text = JSON.stringify(one(await monitored(), 'PrometheusRule').spec);
    const ours = JSON.stringify(written).split('job=\\"tweet-sentiment\\"').length - 1;
    expect(text.split(`job=\\"${NAME}\\"`).length - 1).toBe(ours);
    expect(ours).toBeGreaterThan(0);
    expect(text).not.toContain('job=\\"tweet-sentiment\\"');
  });

  test('has the labels by which Prometheus finds it, as has the ServiceMonitor', async () => {
    const manifests = await monitored();
    for (const kind of ['PrometheusRule', 'ServiceMonitor']) {
      expect(one(manifests, kind).metadata.labels).toMatchObject({ release: 'prometheus' });
    }
  });
});

test.skipIf(!haveHelm)('the dashboard is the file, byte for byte', async () => {
  const { data, metadata } = one(await monitored(), 'ConfigMap', `${NAME}-dashboard`);
  const folder = join(ROOT, 'deploy', 'grafana', 'dashboards');
  expect(data).toEqual(
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    ),
  );
  expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
});

test.skipIf(!haveHelm)('nothing of monitoring is made unless a value enables it', async () => {
  const kinds = (await render()).map(({ kind }) => kind);
  expect(kinds).not.toContain('ServiceMonitor');
  expect(kinds).not.toContain('PrometheusRule');
  expect(kinds).not.toContain('ConfigMap');
});

describe.skipIf(!haveHelm)('a ServiceMonitor', () => {
  test('selects the one Service that has each pod once', async () => {
    const manifests = await monitored();
    const { matchLabels } = one(manifests, 'ServiceMonitor').spec.selector;
    const selected = all(manifests, 'Service').filter(({ metadata }) =>
      Object.entries(matchLabels).every(([name, value]) => metadata.labels[name] === value),
    );
    expect(selected.map(({ metadata }) => metadata.name)).toEqual([`${NAME}-metrics`]);
    expect(selected[0]?.spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [{ name: 'metrics', port: 8080, targetPort: 'http' }],
    });
  });

  test.each<[string, Values, string]>([
    ['Deployment', {}, 'pod_template_hash'],
    ['Rollout', { rollout: { kind: 'Argo' } }, 'rollouts_pod_template_hash'],
    ['Canary', { ...MATRIX.Flagger }, 'app'],
  ])('of a %s labels the series by job and revision', async (_, values, label) => {
    const manifests = await monitored(values);
    const [endpoint] = one(manifests, 'ServiceMonitor').spec.endpoints;
    expect(endpoint.relabelings).toEqual([
      { targetLabel: 'job', replacement: NAME },
      { sourceLabels: [`__meta_kubernetes_pod_label_${label}`], targetLabel: 'revision' },
    ]);
    if (label === 'app') {
      // Flagger puts -primary behind it for the pods of the stable version.
      expect(serverPod(manifests).metadata.labels.app).toBe(NAME);
      expect(JSON.stringify(all(manifests, 'MetricTemplate'))).toContain(
        `revision=\\"${NAME}-primary\\"`,
      );
    }
  });

  test('scrapes by TLS, and the port of its own, where there is one', async () => {
    const manifests = await monitored(MATRIX['gRPC and TLS']);
    const [endpoint] = one(manifests, 'ServiceMonitor').spec.endpoints;
    expect(endpoint).toMatchObject({ scheme: 'https', port: 'metrics', path: '/metrics' });
    const [plain] = one(await monitored(), 'ServiceMonitor').spec.endpoints;
    expect(plain).toMatchObject({ scheme: 'http' });
    expect(plain).not.toHaveProperty('tlsConfig');
  });

  test('can name another job, which the rules and the canary then name too', async () => {
    const manifests = await monitored({
      ...MATRIX['Argo by the share of pods'],
      serviceMonitor: { enabled: true, job: 'sentiment' },
    });
    expect(one(manifests, 'ServiceMonitor').spec.endpoints[0].relabelings[0].replacement).toBe(
      'sentiment',
    );
    for (const kind of ['PrometheusRule', 'AnalysisTemplate']) {
      const text = JSON.stringify(one(manifests, kind).spec);
      expect(text).toContain('job=\\"sentiment\\"');
      expect(text).not.toContain(`job=\\"${NAME}\\"`);
    }
  });
});

describe.skipIf(!haveHelm)('a canary', () => {
  test('compares the pods of the new version with those of the stable one, in each step', async () => {
    const manifests = await render(MATRIX['Argo by the share of pods']);
    const { analysis, steps } = one(manifests, 'Rollout').spec.strategy.canary;
    expect(steps.map((step: object) => Object.keys(step)[0])).toEqual([
      'setWeight',
      'analysis',
      'setWeight',
      'analysis',
    ]);
    const { name } = one(manifests, 'AnalysisTemplate').metadata;
    for (const each of [analysis, steps[1].analysis, steps[3].analysis]) {
      expect(each.templates).toEqual([{ templateName: name }]);
      expect(each.args).toEqual(
        expect.arrayContaining([
          { name: 'new', valueFrom: { podTemplateHashValue: 'Latest' } },
          { name: 'stable', valueFrom: { podTemplateHashValue: 'Stable' } },
        ]),
      );
    }
  });
});
