/** What decides about a new version: the queries of the chart, against counts of which the right decision is known. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { CHART, COMMIT, haveHelm, OTHER_COMMIT } from './helm.ts';

const STORE = {
  modelCommit: COMMIT,
  model: { store: 'https://models.example/tweets' },
};
const COMPARED = { ...STORE, canary: { compareWith: OTHER_COMMIT } };

interface Metric {
  readonly name: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly provider: { readonly prometheus: { readonly query: string } };
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly metrics: readonly Metric[];
    readonly query: string;
    readonly analysis: {
      readonly metrics: readonly {
        readonly name: string;
        readonly templateRef: { readonly name: string };
        readonly thresholdRange: { readonly max: number };
      }[];
    };
  };
}

function render(values: object): Manifest[] {
  const args = ['template', 'x', CHART, '--kube-version', '1.34.1', '--values', '-'];
  const input = stringify(values);
  const output = execFileSync('helm', args, { input, encoding: 'utf8', stdio: 'pipe' });
  return parseAllDocuments(output).flatMap((document) => document.toJS() ?? []);
}

function metricsOf(values: object): readonly Metric[] {
  const manifests = render({ ...values, rollout: { kind: 'Argo' } });
  return manifests.find(({ kind }) => kind === 'AnalysisTemplate')?.spec.metrics ?? [];
}

type Decision = 'promote' | 'take back' | 'nothing';
/** Shares and totals of a revision, by the names of their records without the level. */
type Counts = Readonly<Record<string, number>>;
type Case = readonly [Decision, { readonly new?: Counts; readonly stable?: Counts }];

const [requests, errors] = ['http_requests:increase5m', 'http_request_errors:increase5m'];
const restarts = 'process_restarts:changes5m';
const [answers, slow] = ['http_answers:increase5m', 'http_request_slow:ratio5m'];
const texts = 'classifier_computed_texts:increase5m';
const seconds = 'classifier_inference_duration_seconds:per_text5m';
const predictions = 'classifier_predictions:increase5m';
const foreign = 'classifier_foreign_predictions:ratio5m';
const [feedback, wrong] = ['classifier_feedback:increase5m', 'classifier_feedback_wrong:ratio5m'];
const compared = 'classifier_shadow_predictions:increase5m';
const disagreed = 'classifier_shadow_disagreements:ratio5m';
const [negative, neutral, mixed] = ['label=negative', 'label=neutral', 'label=mixed'];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  errors: [
    ['promote', { new: { [requests]: 1000, [errors]: 14 } }],
    ['promote', { new: { [requests]: 100 } }],
    ['take back', { new: { [requests]: 1000, [errors]: 15 } }],
    ['take back', { new: { [requests]: 20, [errors]: 10 } }],
    ['nothing', { new: { [requests]: 500, [errors]: 9 } }],
    ['nothing', { new: { [requests]: 99 } }],
    ['nothing', {}],
  ],
  restarts: [
    ['promote', { new: { [restarts]: 0 } }],
    ['take back', { new: { [restarts]: 1 } }],
    ['nothing', {}],
  ],
  slow: [
    ['promote', { new: { [answers]: 100, [slow]: 0.3 }, stable: { [answers]: 100, [slow]: 0.26 } }],
    ['take back', { new: { [answers]: 200, [slow]: 0.2 }, stable: { [answers]: 200, [slow]: 0 } }],
    // Each answer is slow, and the rounding of the stable version's share is below 0.
    [
      'take back',
      { new: { [answers]: 200, [slow]: 1 }, stable: { [answers]: 200, [slow]: -1e-16 } },
    ],
    ['nothing', { new: { [answers]: 100, [slow]: 0.1 }, stable: { [answers]: 100, [slow]: 0.02 } }],
    ['nothing', { new: { [answers]: 99, [slow]: 0 }, stable: { [answers]: 100, [slow]: 0 } }],
    ['nothing', { new: { [answers]: 100, [slow]: 0 } }],
  ],
  'time-per-text': [
    [
      'promote',
      { new: { [texts]: 200, [seconds]: 0.03 }, stable: { [texts]: 200, [seconds]: 0.02 } },
    ],
    [
      'take back',
      { new: { [texts]: 200, [seconds]: 0.06 }, stable: { [texts]: 200, [seconds]: 0.02 } },
    ],
    [
      'nothing',
      { new: { [texts]: 199, [seconds]: 0.06 }, stable: { [texts]: 200, [seconds]: 0.02 } },
    ],
    [
      'nothing',
      { new: { [texts]: 200, [seconds]: 0.06 }, stable: { [texts]: 9, [seconds]: 0.02 } },
    ],
  ],
  'foreign-languages': [
    [
      'promote',
      {
        new: { [predictions]: 200, [foreign]: 0.3 },
        stable: { [predictions]: 999, [foreign]: 0.3 },
      },
    ],
    [
      'take back',
      { new: { [predictions]: 200, [foreign]: 0.1 }, stable: { [predictions]: 999, [foreign]: 0 } },
    ],
    [
      'nothing',
      {
        new: { [predictions]: 200, [foreign]: 0.04 },
        stable: { [predictions]: 999, [foreign]: 0 },
      },
    ],
    [
      'nothing',
      { new: { [predictions]: 199, [foreign]: 0.3 }, stable: { [predictions]: 999, [foreign]: 0 } },
    ],
  ],
  'label-mix': [
    [
      'promote',
      {
        new: { [predictions]: 200, [negative]: 0.26, [neutral]: 0.74 },
        stable: { [predictions]: 200, [negative]: 0.2, [neutral]: 0.8 },
      },
    ],
    [
      'take back',
      {
        new: { [predictions]: 250, [negative]: 0.4, [neutral]: 0.6 },
        stable: { [predictions]: 250, [negative]: 0.2, [neutral]: 0.8 },
      },
    ],
    // Labels of its own.
    [
      'take back',
      {
        new: { [predictions]: 200, [negative]: 0.2, [neutral]: 0.5, [mixed]: 0.3 },
        stable: { [predictions]: 200, [negative]: 0.3, [neutral]: 0.7 },
      },
    ],
    // Of so few texts, one in eight may have another label by chance.
    [
      'nothing',
      {
        new: { [predictions]: 200, [negative]: 0.325, [neutral]: 0.675 },
        stable: { [predictions]: 200, [negative]: 0.2, [neutral]: 0.8 },
      },
    ],
    [
      'nothing',
      {
        new: { [predictions]: 199, [negative]: 1 },
        stable: { [predictions]: 200, [neutral]: 1 },
      },
    ],
  ],
  wrong: [
    ['promote', {}],
    [
      'promote',
      { new: { [feedback]: 99, [wrong]: 0.9 }, stable: { [feedback]: 999, [wrong]: 0.2 } },
    ],
    [
      'promote',
      { new: { [feedback]: 100, [wrong]: 0.3 }, stable: { [feedback]: 999, [wrong]: 0.26 } },
    ],
    [
      'take back',
      { new: { [feedback]: 300, [wrong]: 0.4 }, stable: { [feedback]: 999, [wrong]: 0.25 } },
    ],
    [
      'nothing',
      { new: { [feedback]: 100, [wrong]: 0.35 }, stable: { [feedback]: 999, [wrong]: 0.25 } },
    ],
  ],
  disagreement: [
    ['promote', { new: { [compared]: 200, [disagreed]: 0.15 } }],
    ['take back', { new: { [compared]: 500, [disagreed]: 0.25 } }],
    ['take back', { new: { [compared]: 200, [disagreed]: 1 } }],
    ['nothing', { new: { [compared]: 200, [disagreed]: 0.2 } }],
    ['nothing', { new: { [compared]: 199, [disagreed]: 1 } }],
    // The stable version could not be loaded.
    ['nothing', {}],
  ],
};

describe.skipIf(!haveHelm)('the canary', () => {
  const metrics = metricsOf(COMPARED);

  test('has a case of each decision for each judgement', () => {
    expect(metrics.map(({ name }) => name)).toEqual(Object.keys(CASES));
    for (const [name, cases] of Object.entries(CASES)) {
      expect.soft(new Set(cases.map(([decision]) => decision)).size, name).toBe(3);
    }
  });

  test.each(Object.keys(CASES))('%s', (name) => {
    const metric = metrics.find((one) => one.name === name) as Metric;
    const threshold = Number(
      /^len\(result\) > 0 && result\[0\] > (\S+)$/.exec(metric.failureCondition)?.[1],
    );
    expect(metric.successCondition).toBe(`len(result) > 0 && result[0] <= ${threshold}`);
    const query = revisions(metric.provider.prometheus.query, 'n', 's');
    const file = join(temporaryFolder(), 'test.yml');
    writeFileSync(
      file,
      stringify({ tests: (CASES[name] as Case[]).map((one) => unitTest(query, threshold, one)) }),
    );
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('is not judged by what has no threshold, nor compared without a version to compare with', () => {
    const canary = { ...COMPARED.canary, thresholds: { slow: null, labelMix: null } };
    expect(metricsOf({ ...COMPARED, canary }).map(({ name }) => name)).toEqual(
      Object.keys(CASES).filter((name) => name !== 'slow' && name !== 'label-mix'),
    );
    expect(metricsOf(STORE).map(({ name }) => name)).not.toContain('disagreement');
    const zero = { ...COMPARED.canary, thresholds: { errors: 0, slow: 0, disagreement: 0 } };
    expect(metricsOf({ ...COMPARED, canary: zero })).toHaveLength(metrics.length);
  });

  test('is judged by Flagger as by Argo', () => {
    const httpRoute = { enabled: true, parentRefs: [{ name: 'gateway' }] };
    const canary = { ...COMPARED.canary, traffic: 'HTTPRoute' };
    const manifests = render({ ...COMPARED, canary, httpRoute, rollout: { kind: 'Flagger' } });
    const judged = manifests.find(({ kind }) => kind === 'Canary')?.spec.analysis.metrics ?? [];
    expect(judged.map(({ name }) => name)).toEqual(Object.keys(CASES));
    for (const { name, templateRef, thresholdRange } of judged) {
      const metric = metrics.find((one) => one.name === name) as Metric;
      const template = manifests.find(({ metadata }) => metadata.name === templateRef.name);
      expect.soft(template?.kind).toBe('MetricTemplate');
      expect
        .soft(template?.spec.query)
        .toBe(
          revisions(
            metric.provider.prometheus.query,
            'x-tweet-sentiment',
            'x-tweet-sentiment-primary',
          ),
        );
      expect
        .soft(metric.failureCondition)
        .toBe(`len(result) > 0 && result[0] > ${thresholdRange.max}`);
    }
  });
});

function revisions(query: string, latest: string, stable: string): string {
  return query.replaceAll('{{args.new}}', latest).replaceAll('{{args.stable}}', stable);
}

function unitTest(query: string, threshold: number, [decision, counts]: Case): object {
  const series = [...seriesOf('n', counts.new ?? {}), ...seriesOf('s', counts.stable ?? {})];
  const samples = { promote: [{ value: 0 }], 'take back': [{ value: 1 }], nothing: [] };
  return {
    name: `${decision}: ${JSON.stringify(counts)}`,
    interval: '15s',
    input_series: series.map(([name, value]) => ({ series: name, values: String(value) })),
    promql_expr_test: [
      { expr: `(${query}) > bool ${threshold}`, eval_time: '0s', exp_samples: samples[decision] },
    ],
  };
}

/** Also those of another release, which has nothing to do with it. */
function seriesOf(revision: string, counts: Counts): [string, number][] {
  return Object.entries(counts).flatMap(([name, value]) => {
    const label = name.startsWith('label=') ? `, label="${name.slice('label='.length)}"` : '';
    const record = label
      ? 'job_revision_commit_label:classifier_predictions:ratio5m'
      : `job_revision_commit:${name}`;
    const labels = `revision="${revision}", commit="${revision}${COMMIT.slice(1)}"${label}`;
    return ['x-tweet-sentiment', 'another'].map((job): [string, number] => [
      `${record}{job="${job}", ${labels}}`,
      job === 'another' ? value / 2 : value,
    ]);
  });
}
