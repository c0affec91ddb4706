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

  test('keeps secrets in files that it can only read, never in variables', () => {
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
      const env = environmentOf(spec.containers[0]);
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
  test.each([15, 16, 20, 30, 31, 45, 60, 90, 120, 300, 750])(
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
    const { type, rollingUpdate } = one(await render(), 'Deployment').spec.strategy;
    expect(type).toBe('RollingUpdate');
    expect(rollingUpdate.maxUnavailable).toBe(0);
    // A percentage is rounded up.
    expect(Number.parseInt(rollingUpdate.maxSurge, 10)).toBeGreaterThanOrEqual(1);
    const { canary } = one(await render({ rollout: { kind: 'Argo' } }), 'Rollout').spec.strategy;
    expect(canary).toMatchObject({ maxUnavailable: 0, maxSurge: '25%' });
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
