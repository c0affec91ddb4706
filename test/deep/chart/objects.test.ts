/** What the objects of a release refer to, how they are named, and what an upgrade may change. */
import { describe, expect, test } from 'vitest';
import {
  all,
  COMMIT,
  haveHelm,
  type Manifest,
  OTHER_COMMIT,
  one,
  pods,
  render,
  type Values,
} from './helm.ts';
import { MATRIX } from './matrix.ts';

const NAME = 'shop-tweet-sentiment';
const LONGEST = 'r'.repeat(53);

/** Every selector of an object, with where it is. */
function selectorsOf(value: unknown, path = ''): [string, unknown][] {
  return typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, below]): [string, unknown][] =>
        /^(selector|podSelector|labelSelector|matchLabelKeys)$/.test(name)
          ? [[`${path}.${name}`, below]]
          : selectorsOf(below, `${path}.${name}`),
      );
}

const isJob = ({ kind }: Manifest) => kind === 'Job';
const idOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

describe.skipIf(!haveHelm).each(Object.entries(MATRIX))('the objects of %s:', (_, values) => {
  test('another version changes no selector and no name, but that of a Job', async () => {
    const [before, after] = await Promise.all([
      render({ ...values, modelCommit: COMMIT }),
      render({ ...values, modelCommit: OTHER_COMMIT }),
    ]);
    const describeAll = (manifests: Manifest[]) =>
      manifests
        .filter((manifest) => !isJob(manifest))
        .map((manifest) => [idOf(manifest), selectorsOf(manifest.spec)]);
    expect(describeAll(after)).toEqual(describeAll(before));
    expect(after.filter(isJob).map(idOf)).not.toEqual(
      before.filter(isJob).length ? before.filter(isJob).map(idOf) : undefined,
    );
  });

  test('all are in the namespace of the release, and say whose they are', async () => {
    for (const { kind, metadata } of await render(values)) {
      expect.soft(metadata.namespace, kind).toBe('web');
      expect.soft(metadata.labels, kind).toMatchObject({
        'app.kubernetes.io/name': 'tweet-sentiment',
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/component': expect.stringMatching(/^(server|batch|test|metrics)$/),
        'app.kubernetes.io/version': COMMIT,
      });
    }
  });

  test('each Service, PodDisruptionBudget and NetworkPolicy selects pods that there are', async () => {
    const manifests = await render(values);
    const labels = pods(manifests).map(({ metadata }) => metadata.labels);
    for (const { kind, metadata, spec } of manifests) {
      const selector =
        kind === 'Service' ? spec.selector : (spec?.podSelector ?? spec?.selector)?.matchLabels;
      if (/^(Service|PodDisruptionBudget|NetworkPolicy|Deployment|Rollout)$/.test(kind)) {
        expect
          .soft(labels, `${kind} ${metadata.name}`)
          .toContainEqual(expect.objectContaining(selector));
      }
    }
  });
});

/** All kinds of objects are in these. */
const LARGE = Object.entries(MATRIX).filter(([name]) =>
  /^(everything|Argo by w|Flagger$)/.test(name),
);

describe.skipIf(!haveHelm).each(LARGE)('the names in %s:', (_, values) => {
  test('names and labels have 63 characters or less, whatever the name of the release', async () => {
    for (const manifest of await render(values, { release: LONGEST })) {
      const { kind, metadata, spec } = manifest;
      // The pods of an indexed Job have the number of the shard behind its name as their host name.
      const name = isJob(manifest) ? `${metadata.name}-${spec.completions - 1}` : metadata.name;
      expect.soft(name.length, `${kind} ${name}`).toBeLessThanOrEqual(63);
      expect.soft(name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    }
    for (const { metadata } of pods(await render(values, { release: LONGEST }))) {
      for (const label of Object.values(metadata.labels)) {
        expect.soft(label.length, label).toBeLessThanOrEqual(63);
      }
    }
  });

  test('two releases in a namespace have no object in common, and no pod', async () => {
    const releases = [`${LONGEST.slice(1)}a`, `${LONGEST.slice(1)}b`, 'a', 'tweet-sentiment'];
    const rendered = await Promise.all(releases.map((release) => render(values, { release })));
    const ids = rendered.flatMap((manifests) => manifests.map(idOf));
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const selectors = rendered.map((manifests) =>
      JSON.stringify(one(manifests, 'PodDisruptionBudget').spec),
    );
    expect(new Set(selectors).size).toBe(releases.length);
  });
});

describe.skipIf(!haveHelm)('a Job', () => {
  test.each<[string, Values]>([
    ['version', { modelCommit: OTHER_COMMIT }],
    ['file', { batch: { ...Object(MATRIX.batch?.batch), input: 'other.csv' } }],
    ['number of shards', { batch: { ...Object(MATRIX.batch?.batch), shards: 5 } }],
    ['number of retries', { batch: { ...Object(MATRIX.batch?.batch), retries: 5 } }],
    ['memory', { batch: { ...Object(MATRIX.batch?.batch), memory: '5Gi' } }],
    ['settings', { settings: { MAX_BATCH: 5 } }],
    ['image', { image: { tag: 'other' } }],
  ])('with another %s is another Job: it cannot be changed', async (_, values) => {
    const nameOf = async (others: Values) =>
      one(await render({ ...MATRIX.batch, ...others }), 'Job').metadata.name;
    expect(await nameOf(values)).not.toBe(await nameOf({}));
  });

  test('is the same where only the server changes', async () => {
    const server = { replicas: 5, gracePeriodSeconds: 60, service: { port: 8000 } };
    expect(one(await render({ ...MATRIX.batch, ...server }), 'Job')).toEqual(
      one(await render(MATRIX.batch), 'Job'),
    );
  });

  test('scores each shard into a file of its own, and goes on where it was', async () => {
    const { spec } = one(await render(MATRIX.batch), 'Job');
    expect(spec).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4 });
    expect(spec.template.spec.containers[0].args).toEqual([
      ...['predict', '/data/tweets.csv', '--shard=$(JOB_COMPLETION_INDEX)/4'],
      ...['--output=/data/part-$(JOB_COMPLETION_INDEX).csv', '--resume', '--json'],
      '--text-column=tweet',
    ]);
  });
});

describe.skipIf(!haveHelm)('scaling:', () => {
  test.each(Object.entries(MATRIX).filter(([, values]) => 'autoscaling' in values))(
    'an autoscaler alone decides about the replicas: %s',
    async (_, values) => {
      const manifests = await render(values);
      const workload = manifests.find(({ kind }) => /^(Deployment|Rollout)$/.test(kind))!;
      expect(workload.spec).not.toHaveProperty('replicas');
      const scaler = manifests.find(({ kind }) => /^(HorizontalPod|Scaled)/.test(kind))!;
      expect(scaler.spec.scaleTargetRef).toEqual({
        apiVersion: workload.apiVersion,
        kind: workload.kind,
        name: workload.metadata.name,
      });
    },
  );

  test('without one, there are as many replicas as the value says', async () => {
    expect(one(await render({ replicas: 7 }), 'Deployment').spec.replicas).toBe(7);
    const rollout = one(await render({ replicas: 7, rollout: { kind: 'Argo' } }), 'Rollout');
    expect(rollout.spec.replicas).toBe(7);
  });

  test('the queue is measured per pod, by the name of the metric', async () => {
    const { metrics } = one(
      await render(MATRIX['an HPA by queue']),
      'HorizontalPodAutoscaler',
    ).spec;
    expect(metrics).toContainEqual({
      type: 'Pods',
      pods: {
        metric: { name: 'classifier_queue_length' },
        target: { type: 'AverageValue', averageValue: '64' },
      },
    });
    const { triggers } = one(await render(MATRIX.KEDA), 'ScaledObject').spec;
    expect(triggers[1].metadata.query).toBe(`sum(classifier_queue_length{job="${NAME}"})`);
  });

  test.each([{}, { replicas: 1 }, { podDisruptionBudget: { maxUnavailable: '1%' } }])(
    'with %j, a node can be drained: a pod may always be evicted, and one that is not ready too',
    async (values) => {
      const { spec } = one(await render(values), 'PodDisruptionBudget');
      expect(spec).not.toHaveProperty('minAvailable');
      // A percentage is rounded up.
      expect(Number.parseInt(spec.maxUnavailable, 10)).toBeGreaterThanOrEqual(1);
      expect(spec.unhealthyPodEvictionPolicy).toBe('AlwaysAllow');
    },
  );

  test('pods are spread by version over zones and hosts, where they can', async () => {
    const [deployment, rollout] = await Promise.all([
      render(),
      render({ rollout: { kind: 'Argo' } }),
    ]);
    const spread = (manifests: Manifest[]) =>
      pods(manifests)[0]?.spec.topologySpreadConstraints as Record<string, unknown>[];
    expect(spread(deployment).map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    for (const constraint of spread(deployment)) {
      expect(constraint).toMatchObject({
        whenUnsatisfiable: 'ScheduleAnyway',
        matchLabelKeys: ['pod-template-hash'],
      });
    }
    expect(spread(rollout)[0]).toMatchObject({ matchLabelKeys: ['rollouts-pod-template-hash'] });
    expect(spread(await render({ topologySpread: false }))).toBeUndefined();
  });
});

describe.skipIf(!haveHelm)('routes:', () => {
  test('the Service has no port for /admin and /metrics where they have their own', async () => {
    const manifests = await render(MATRIX['gRPC and TLS']);
    const { ports } = one(manifests, 'Service', NAME).spec;
    expect(ports.map((port: { targetPort: string }) => port.targetPort)).toEqual(['http', 'grpc']);
    expect(one(manifests, 'Service', `${NAME}-metrics`).spec.ports).toEqual([
      { name: 'metrics', port: 8082, targetPort: 'admin', protocol: 'TCP' },
    ]);
  });

  test('ingress and gateway lead to the Service', async () => {
    const manifests = await render(MATRIX.everything);
    const [rule] = one(manifests, 'Ingress').spec.rules;
    expect(rule).toMatchObject({
      host: 'sentiment.example',
      http: {
        paths: [{ path: '/', backend: { service: { name: NAME, port: { name: 'http' } } } }],
      },
    });
    expect(one(manifests, 'HTTPRoute').spec.rules).toEqual([
      { backendRefs: [{ name: NAME, port: one(manifests, 'Service', NAME).spec.ports[0].port }] },
    ]);
  });

  test('with weights, Argo has a Service for each version, and all requests go to the stable one', async () => {
    const manifests = await render(MATRIX['Argo by weights']);
    const [{ backendRefs }] = one(manifests, 'HTTPRoute').spec.rules;
    expect(backendRefs).toEqual([
      { name: NAME, port: 80, weight: 100 },
      { name: `${NAME}-canary`, port: 80, weight: 0 },
    ]);
    expect(one(manifests, 'Rollout').spec.strategy.canary).toMatchObject({
      stableService: NAME,
      canaryService: `${NAME}-canary`,
      trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: NAME } } },
    });
    expect(all(manifests, 'Service').map(({ metadata }) => metadata.name)).toContain(
      `${NAME}-canary`,
    );
  });

  test('with Flagger, which makes them itself, there is no Service for requests and no route', async () => {
    const manifests = await render(MATRIX.Flagger);
    expect(all(manifests, 'Service').map(({ metadata }) => metadata.name)).toEqual([
      `${NAME}-metrics`,
    ]);
    expect(all(manifests, 'HTTPRoute')).toEqual([]);
    expect(one(manifests, 'Canary').spec.targetRef).toMatchObject({
      kind: 'Deployment',
      name: NAME,
    });
  });
});

describe.skipIf(!haveHelm)('the service account', () => {
  test.each<[Values, string, number]>([
    [{}, NAME, 1],
    [{ name: 'models' }, 'models', 1],
    [{ create: false, name: 'models' }, 'models', 0],
    [{ create: false }, 'default', 0],
  ])('with %j is %s', async (serviceAccount, name, created) => {
    const manifests = await render({ serviceAccount });
    expect(all(manifests, 'ServiceAccount')).toHaveLength(created);
    expect(pods(manifests).map(({ spec }) => spec.serviceAccountName)).toEqual([name, name]);
  });
});
