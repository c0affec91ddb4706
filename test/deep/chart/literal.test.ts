/** What the chart takes literally, and what it refuses so that nothing of its own is replaced, hidden or doubled. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import {
  containersOf,
  environmentOf,
  haveHelm,
  one,
  pods,
  refusal,
  render,
  serverPod,
  template,
  type Values,
} from './helm.ts';
import { schema } from './hostile.ts';

describe.skipIf(!haveHelm)('strings that YAML would read as something else stay strings:', () => {
  test.each(['123', '1e3', 'true', 'null', '0x1f'])('%s', async (text) => {
    const manifests = await render({
      image: { pullSecrets: [text] },
      model: { store: 's3://a/b', credentialsSecret: text, cache: { existingClaim: text } },
      secrets: { keys: ['api-keys'], existingSecret: text },
      tls: { existingSecret: text },
      priorityClassName: text,
      serviceAccount: { name: text },
      serviceMonitor: { enabled: true, job: text },
      ingress: { enabled: true, className: text, host: 'a', tlsSecret: text },
      networkPolicy: { monitoringNamespace: text },
    });
    const found = JSON.stringify(manifests).match(new RegExp(`:"${text}"`, 'g'));
    expect(found).toHaveLength(15);
    expect(await namespaces(text)).toEqual([text]);
  });

  test('a dollar is none of Kubernetes, which replaces $(NAME) by a variable', async () => {
    const text = 'It cost $5, $(PORT) and $$';
    const manifests = await render({
      tests: { text },
      model: { store: 's3://a/b', env: { AWS_PROFILE: text } },
      batch: { enabled: true, claim: 'a', input: text, args: [text], output: '$(HOME)/{shard}' },
    });
    const escaped = 'It cost $$5, $$(PORT) and $$$$';
    const [predict] = pods(manifests).filter(({ kind }) => kind === 'Job');
    expect(predict!.spec.containers[0].args).toEqual(
      expect.arrayContaining([
        ...[`/data/${escaped}`, escaped],
        '--output=/data/$$(HOME)/$(JOB_COMPLETION_INDEX)',
      ]),
    );
    const variables = pods(manifests).flatMap((pod) =>
      containersOf(pod).flatMap(({ env = [] }) => env),
    );
    expect(variables).toContainEqual({ name: 'TEXT', value: escaped });
    expect(variables).toContainEqual({ name: 'AWS_PROFILE', value: escaped });
  });
});

async function namespaces(namespace: string): Promise<string[]> {
  const manifests = await render({}, { namespace });
  return [...new Set(manifests.map(({ metadata }) => metadata.namespace))];
}

describe.skipIf(!haveHelm)('refused with a sentence:', () => {
  const argo = { kind: 'Argo' };
  const none = {
    errors: null,
    restarts: null,
    slow: null,
    timePerText: null,
    foreignLanguages: null,
    wrong: null,
  };
  const mount = (mountPath: string, name = 'a') => ({
    extraVolumes: [{ name: 'a', emptyDir: {} }],
    extraVolumeMounts: [{ name, mountPath }],
  });
  test.each<[string, Values, string]>([
    [
      'a label of a monitor that selects',
      { serviceMonitor: { labels: { 'app.kubernetes.io/name': 'a' } } },
      'serviceMonitor.labels: expected labels that the chart does not set itself',
    ],
    [
      'the hash of a template',
      { podLabels: { 'pod-template-hash': 'a' } },
      'podLabels: expected labels that the chart does not set itself',
    ],
    [
      'an annotation that the decision about a version reads',
      { podAnnotations: { 'tweet-sentiment/model-commit': 'a' } },
      'podAnnotations: expected annotations that the chart does not set itself',
    ],
    [
      'a variable twice',
      {
        model: {
          store: 's3://a/b',
          credentialsSecret: 'a',
          env: { AWS_SHARED_CREDENTIALS_FILE: '/a' },
        },
      },
      'expected AWS_SHARED_CREDENTIALS_FILE or model.credentialsSecret, found both',
    ],
    [
      'a token as a variable',
      { model: { env: { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a' } } },
      'model.env: expected credentials in a file',
    ],
    [
      'a password in a setting',
      { settings: { PROMETHEUS_URL: 'https://user:word@prometheus' } },
      'settings.PROMETHEUS_URL: expected an address without user and password',
    ],
    [
      'a password in a variable',
      { model: { env: { AWS_ENDPOINT_URL_S3: 'https://user:word@s3' } } },
      'model.env.AWS_ENDPOINT_URL_S3: expected an address without user and password',
    ],
    ['a volume twice', { extraVolumes: [{ name: 'tmp', emptyDir: {} }] }, 'found tmp'],
    ['a volume that is none', mount('/a', 'b'), 'expected a name of extraVolumes, found b'],
    ['a mount over the program', mount('/app'), 'hides nothing of /app'],
    ['a mount over everything', mount('/'), 'hides nothing of /app'],
    ['a mount over the secrets', mount('/etc/'), 'hides nothing of /etc/tweet-sentiment/aws'],
    ['a mount over one of the chart', mount('/tmp/./'), 'hides nothing of /tmp'],
    ['one port for two', { service: { grpcPort: 80 } }, 'service.grpcPort: expected another port'],
    ['steps that go back', { canary: { steps: [50, 20] } }, 'found 20 after 50'],
    [
      'a decision that takes longer than it may',
      { canary: { intervalSeconds: 60, successes: 11 } },
      'canary.waitSeconds: expected at least intervalSeconds * successes (660)',
    ],
    [
      'a rollout that judges nothing',
      { rollout: argo, canary: { thresholds: { ...none, labelMix: null } } },
      'canary.thresholds: expected one at least with Argo',
    ],
    [
      'gRPC with Flagger',
      {
        ...{ rollout: { kind: 'Flagger' }, canary: { traffic: 'HTTPRoute' } },
        httpRoute: { enabled: true, parentRefs: [{ name: 'a' }] },
        service: { grpcPort: 9000 },
      },
      'expected type ClusterIP and no grpcPort with Flagger',
    ],
  ])('%s', async (_, values, sentence) => {
    expect(await refusal(values)).toContain(sentence);
  });

  test.each(['123', '1e3', 'a.b'])('a release of the name %s', async (release) => {
    const { stderr } = await template({}, { release });
    expect(stderr).toContain('the name of the release: expected lower-case letters');
  });

  test.each<[string, Values]>([
    ['/image/repository', { image: { repository: 'a\n      hostNetwork: true #' } }],
    ['/image/repository', { image: { repository: 'a: b' } }],
    ['/image/pullSecrets/0', { image: { pullSecrets: [''] } }],
    ['/memory', { memory: '0' }],
    ['/memory', { memory: '0.0Gi' }],
    ['/ingress/path', { ingress: { path: '/a: b' } }],
    ['/canary/prometheusAddress', { canary: { prometheusAddress: 'http://user:word@h' } }],
    ['/extraVolumes/0', { extraVolumes: [{ name: 'a', hostPath: { path: '/' } }] }],
    ['/httpRoute/parentRefs/0', { httpRoute: { parentRefs: [{}] } }],
    ['/podLabels/team', { podLabels: { team: 'a b' } }],
  ])('%s %j', async (path, values) => {
    expect(await refusal(values)).toMatch(new RegExp(`at '${path}'`));
  });
});

test.skipIf(!haveHelm)('a threshold of 0 is judged', async () => {
  const thresholds = {
    errors: 0,
    restarts: 0,
    slow: 0,
    foreignLanguages: 0,
    labelMix: 0,
    wrong: 0,
  };
  const manifests = await render({ rollout: { kind: 'Argo' }, canary: { thresholds } });
  const { spec } = one(manifests, 'AnalysisTemplate');
  expect(spec.metrics.map(({ name }: { name: string }) => name)).toEqual([
    ...['errors', 'restarts', 'slow', 'time-per-text', 'foreign-languages', 'label-mix', 'wrong'],
  ]);
});

test.skipIf(!haveHelm)('the server accepts the drain of the longest grace period', async () => {
  const gracePeriodSeconds = schema.properties?.gracePeriodSeconds?.maximum;
  const env = environmentOf(serverPod(await render({ gracePeriodSeconds })).spec.containers[0]);
  expect(readConfig({}, env).drainTimeoutMs).toBe(Number(env.DRAIN_TIMEOUT_MS));
});
