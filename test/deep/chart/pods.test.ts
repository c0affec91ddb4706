/** The pods of the chart: what they may do, what they need, how they start and end. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../../src/api/operations.ts';
import { readConfig } from '../../../src/config/config.ts';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import {
  COMMIT,
  type Container,
  containersOf,
  environmentOf,
  haveHelm,
  type Manifest,
  OTHER_COMMIT,
  one,
  type Pod,
  pods,
  render,
  serverPod,
  type Values,
} from './helm.ts';
import { MATRIX } from './matrix.ts';

/** What the end of the workers and of the log takes after DRAIN_TIMEOUT_MS. */
const END_MS = 7000;

const server = async (values: Values = {}) => serverPod(await render(values)).spec.containers[0];
const environment = async (values: Values = {}) => environmentOf(await server(values));

describe.skipIf(!haveHelm).each(Object.entries(MATRIX))('every pod of %s', (_, values) => {
  let manifests: Manifest[];
  let all: Pod[];
  let containers: Container[];

  beforeAll(async () => {
    manifests = await render(values);
    all = pods(manifests);
    containers = all.flatMap(containersOf);
    expect(all.length).toBeGreaterThan(1);
  });

  test('is allowed in a namespace whose Pod Security is "restricted"', () => {
    for (const { spec } of all) {
      expect.soft(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect.soft(Object.keys(spec)).not.toContain('hostNetwork');
      expect.soft(Object.keys(spec)).not.toContain('hostPID');
      expect.soft(Object.keys(spec)).not.toContain('hostIPC');
      const kinds = (spec.volumes ?? []).flatMap(({ name: _name, ...kind }) => Object.keys(kind));
      expect
        .soft(['emptyDir', 'secret', 'persistentVolumeClaim'])
        .toEqual(expect.arrayContaining(kinds));
    }
    for (const { name, securityContext, ports } of containers) {
      expect.soft(securityContext, name).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
      });
      expect.soft(securityContext.capabilities, name).not.toHaveProperty('add');
      expect.soft(ports ?? [], name).not.toContainEqual(expect.objectContaining({ hostPort: {} }));
    }
  });

  test('has no token of a service account', () => {
    for (const { spec } of all) {
      expect.soft(spec.automountServiceAccountToken).toBe(false);
      expect.soft(spec.enableServiceLinks).toBe(false);
    }
    expect(one(manifests, 'ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
  });

  test('has requests and limits of CPU and memory', () => {
    for (const { name, resources } of containers) {
      expect.soft(Object.keys(resources.limits).sort(), name).toEqual(['cpu', 'memory']);
      expect.soft(Object.keys(resources.requests).sort(), name).toEqual(['cpu', 'memory']);
      expect.soft(resources.limits.memory, name).toBe(resources.requests.memory);
    }
  });

  test('mounts each of its volumes, and nothing that is none', () => {
    for (const pod of all) {
      const mounts = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts);
      expect
        .soft([...new Set(mounts.map(({ name }) => name))].sort())
        .toEqual((pod.spec.volumes ?? []).map(({ name }) => name).sort());
    }
  });

  test('keeps secrets in files that it can only read, never in variables or a ConfigMap', () => {
    for (const { spec } of all) {
      for (const { secret } of spec.volumes ?? []) {
        // Only the keys that are used, and nothing that others of the machine could read.
        expect.soft(secret?.items.length ?? 1).toBeGreaterThan(0);
        expect.soft(secret?.defaultMode ?? 0o440).toBe(0o440);
      }
    }
    for (const { name, env = [], envFrom = [], volumeMounts = [] } of containers) {
      expect.soft(JSON.stringify([env, envFrom]), name).not.toMatch(/secretKeyRef|secretRef/);
      for (const { name: variable } of env) {
        expect.soft(variable).not.toMatch(/^(API_KEYS|ADMIN_TOKEN|FEEDBACK_KEY|AWS_SECRET.*)$/);
      }
      for (const { mountPath, readOnly } of volumeMounts) {
        const isWritable = /^\/(tmp|data|var\/cache\/.*)$/.test(mountPath);
        expect.soft(readOnly ?? false, mountPath).toBe(!isWritable);
      }
    }
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });

  test('gives the server settings that it accepts', () => {
    for (const { spec } of [serverPod(manifests)]) {
      const files = temporaryFolder();
      mkdirSync(join(files, 'secrets'));
      for (const [key, text] of Object.entries(SECRETS)) {
        writeFileSync(join(files, 'secrets', key), text);
      }
      const settings = one(manifests, 'ConfigMap', 'shop-tweet-sentiment').data;
      const env = { ...settings, ...environmentOf(spec.containers[0]) };
      const local = Object.entries(env).map(([name, value]) => [
        name,
        value?.replace('/etc/tweet-sentiment', files),
      ]);
      expect(readConfig({}, Object.fromEntries(local))).toMatchObject({
        modelCommit: COMMIT,
        port: 8080,
      });
    }
  });
});

const SECRETS = {
  'api-keys': 'shop:0123456789abcdef0123456789abcdef\n',
  'admin-token': '0123456789abcdef0123456789abcdef\n',
  'feedback-key': '0123456789abcdef0123456789abcdef\n',
};

describe.skipIf(!haveHelm)('the end of a pod:', () => {
  test.each([15, 16, 20, 30, 31, 45, 60, 90, 120, 300, 3600])(
    'delay, timeout and end of the workers fit into %i s',
    async (gracePeriodSeconds) => {
      const { spec } = serverPod(await render({ gracePeriodSeconds }));
      const { DRAIN_DELAY_MS: delay, DRAIN_TIMEOUT_MS: timeout } = environmentOf(
        spec.containers[0],
      );
      expect(spec.terminationGracePeriodSeconds).toBe(gracePeriodSeconds);
      expect(delay).toBe(String(gracePeriodSeconds * 200));
      expect(Number(delay) + Number(timeout) + END_MS).toBe(gracePeriodSeconds * 1000);
      expect(Number(timeout)).toBeGreaterThanOrEqual(5000);
    },
  );

  test('no hook delays the signal, which the server itself handles', async () => {
    expect(await server()).not.toHaveProperty('lifecycle');
    expect((await server()).command ?? ['node']).not.toContain('sh');
  });

  test('a rollout ends no pod before the next one is ready', async () => {
    expect(one(await render(), 'Deployment').spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    const { canary } = one(await render({ rollout: { kind: 'Argo' } }), 'Rollout').spec.strategy;
    expect(canary).toMatchObject({ maxUnavailable: 0, maxSurge: 1 });
  });
});

describe.skipIf(!haveHelm)('probes:', () => {
  test('a pod is ready when it can predict, and lives while its process does', async () => {
    const { startupProbe, readinessProbe, livenessProbe } = await server();
    const paths = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet.path);
    expect(paths).toEqual(['/readyz', '/readyz', '/healthz']);
    const routes: string[] = Object.values(OPERATIONS).map(({ path }) => path);
    expect(routes).toEqual(expect.arrayContaining(['/readyz', '/healthz']));
  });

  test.each([2, 60, 299, 300, 1800])('a start may take %i s', async (startupSeconds) => {
    const { startupProbe } = await server({ startupSeconds });
    const seconds = startupProbe!.periodSeconds * startupProbe!.failureThreshold;
    expect(seconds).toBeGreaterThanOrEqual(startupSeconds);
    expect(seconds).toBeLessThan(startupSeconds + 2);
    const { spec } = one(await render({ startupSeconds }), 'Deployment');
    expect(spec.progressDeadlineSeconds).toBeGreaterThan(startupSeconds);
  });

  test('a busy server is not restarted: it has a minute', async () => {
    const { periodSeconds, failureThreshold, timeoutSeconds } = (await server()).livenessProbe!;
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(60);
    expect(timeoutSeconds).toBeGreaterThanOrEqual(5);
  });

  test('a pod that ends gets no new requests before it refuses them', async () => {
    for (const gracePeriodSeconds of [15, 30, 60]) {
      const { readinessProbe, env = [] } = await server({ gracePeriodSeconds });
      // The endpoint is removed when the pod is deleted; the probe only has to be no slower than a start.
      expect(readinessProbe!.periodSeconds).toBeLessThanOrEqual(5);
      expect(
        Number(env.find(({ name }) => name === 'DRAIN_DELAY_MS')?.value),
      ).toBeGreaterThanOrEqual(3000);
    }
  });

  test.each([
    [{}, 'HTTP'],
    [{ tls: { existingSecret: 'certificate' } }, 'HTTPS'],
  ])('with %j, they use %s', async (values, scheme) => {
    const { startupProbe, readinessProbe, livenessProbe } = await server(values);
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe?.httpGet).toMatchObject({ scheme, port: 'http' });
    }
  });
});

describe.skipIf(!haveHelm)('resources:', () => {
  test.each([1, 2, 3, 8, 64])('%i workers have as many CPUs, and memory', async (workers) => {
    const { env = [], resources } = await server({ workers });
    expect(env).toContainEqual({ name: 'WORKERS', value: String(workers) });
    const memory = `${512 + 256 * workers}Mi`;
    expect(resources).toEqual({
      requests: { cpu: String(workers), memory },
      limits: { cpu: String(workers), memory },
    });
  });

  test('memory can be set', async () => {
    expect((await server({ memory: '3Gi' })).resources.limits.memory).toBe('3Gi');
  });

  test('an init container needs no more than the server', async () => {
    const pod = serverPod(await render(MATRIX['Argo by the share of pods']));
    expect(pod.spec.initContainers).toHaveLength(1);
    for (const { resources } of containersOf(pod)) {
      expect(resources).toEqual(pod.spec.containers[0].resources);
    }
  });

  test('every file that is written has a limit', async () => {
    for (const values of Object.values(MATRIX)) {
      for (const { spec } of pods(await render(values))) {
        for (const { emptyDir } of spec.volumes ?? []) {
          expect.soft(emptyDir ?? { sizeLimit: '1' }).toHaveProperty('sizeLimit');
        }
      }
    }
  });
});

describe.skipIf(!haveHelm)('the version', () => {
  test('is in the image, whose tag is its SHA', async () => {
    const pod = serverPod(await render());
    expect(pod.spec.containers[0].image).toBe(`tweet-sentiment:${COMMIT}`);
    expect(pod.spec).not.toHaveProperty('initContainers');
    expect(await environment()).not.toHaveProperty('MODEL_STORE');
  });

  test('comes from the store before the server starts, into the cache that the server reads', async () => {
    const { spec } = serverPod(await render(MATRIX['a store on S3']));
    const [fetch] = spec.initContainers ?? [];
    expect(fetch?.command).toEqual(['node', 'dist/main.js', 'models', 'fetch']);
    for (const container of [fetch!, spec.containers[0]]) {
      const env = environmentOf(container);
      expect(env).toMatchObject({
        MODEL_STORE: 's3://models/production',
        MODEL_COMMIT: COMMIT,
        AWS_REGION: 'eu-central-1',
      });
      expect(container.volumeMounts).toContainEqual({ name: 'cache', mountPath: env.MODEL_CACHE });
      const folder = env.AWS_SHARED_CREDENTIALS_FILE?.replace('/credentials', '');
      expect(container.volumeMounts).toContainEqual({
        name: 'aws',
        mountPath: folder,
        readOnly: true,
      });
      // An image of the server, for every version.
      expect(container.image).toBe('tweet-sentiment:0.1.0');
    }
  });

  test('can be kept in a claim', async () => {
    const { volumes } = serverPod(await render(MATRIX['a claim for the cache'])).spec;
    expect(volumes).toContainEqual({
      name: 'cache',
      persistentVolumeClaim: { claimName: 'cache' },
    });
  });

  test('that it is compared with is named, unless it is the same', async () => {
    const values = MATRIX['Argo by the share of pods'];
    expect(await environment(values)).toMatchObject({ SHADOW_COMMIT: OTHER_COMMIT });
    const same = await render({ ...values, modelCommit: OTHER_COMMIT });
    expect(environmentOf(serverPod(same).spec.containers[0])).not.toHaveProperty('SHADOW_COMMIT');
    expect(JSON.stringify(one(same, 'AnalysisTemplate').spec)).not.toContain('disagreement');
  });

  test('is in an annotation and a label of the pod', async () => {
    const long = '0123456789abcdef'.repeat(4);
    const { metadata } = serverPod(await render({ modelCommit: long }));
    expect(metadata.annotations).toMatchObject({ 'tweet-sentiment/model-commit': long });
    expect(metadata.labels['app.kubernetes.io/version']).toBe(long.slice(0, 63));
  });

  test('is never in the ConfigMap: pods of the version before keep their own', async () => {
    const text = JSON.stringify(
      (await render()).filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data),
    );
    expect(text).not.toContain(COMMIT);
  });

  test.each<[Values, string]>([
    [{}, `tweet-sentiment:${COMMIT}`],
    [{ image: { tag: 'nightly' } }, 'tweet-sentiment:nightly'],
    [
      { image: { tag: 'ignored', digest: `sha256:${'a'.repeat(64)}` } },
      `tweet-sentiment@sha256:${'a'.repeat(64)}`,
    ],
    [
      { image: { repository: 'registry.example:5000/team/sentiment' } },
      `registry.example:5000/team/sentiment:${COMMIT}`,
    ],
  ])('of the image: %j', async (values, image) => {
    for (const container of pods(await render(values)).flatMap(containersOf)) {
      expect(container.image).toBe(image);
    }
  });
});

describe.skipIf(!haveHelm)('settings', () => {
  test.each([
    [33_554_432, '33554432'],
    [1e12, '1000000000000'],
    ['debug', 'debug'],
    [true, 'true'],
    [0, '0'],
    ['on', 'on'],
    ['0755', '0755'],
    ['a "quoted" value: # no comment', 'a "quoted" value: # no comment'],
  ])('reach the server as they are written: %j', async (value, text) => {
    const { data } = one(await render({ settings: { LOG_FILE: value } }), 'ConfigMap');
    expect(data).toEqual({ LOG_FILE: text });
  });

  test('that change replace the pods, of server and batch', async () => {
    const [before, after] = await Promise.all([
      render(MATRIX.batch),
      render({ ...MATRIX.batch, settings: { LOG_LEVEL: 'debug' } }),
    ]);
    const checksums = [before, after].map((manifests) =>
      pods(manifests)
        .filter(({ kind }) => kind !== 'Pod')
        .map(({ metadata }) => metadata.annotations?.['tweet-sentiment/settings-checksum']),
    );
    expect(checksums[0]).toHaveLength(2);
    expect(checksums[0]).not.toContain(undefined);
    expect(checksums[1]).not.toEqual(checksums[0]);
  });

  test('that do not change replace no pod', async () => {
    const settings = { LOG_LEVEL: 'debug', ACCESS_LOG: 'all' };
    const swapped = { ACCESS_LOG: 'all', LOG_LEVEL: 'debug' };
    expect(serverPod(await render({ settings: swapped }))).toEqual(
      serverPod(await render({ settings })),
    );
  });

  test('of secrets name the files that are mounted, and no others', async () => {
    const { env = [], volumeMounts } = await server(MATRIX['external secrets']);
    expect(env.filter(({ name }) => /_FILE$/.test(name))).toEqual([
      { name: 'API_KEYS_FILE', value: '/etc/tweet-sentiment/secrets/api-keys' },
      { name: 'FEEDBACK_KEY_FILE', value: '/etc/tweet-sentiment/secrets/feedback-key' },
    ]);
    expect(volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/etc/tweet-sentiment/secrets',
      readOnly: true,
    });
  });
});
