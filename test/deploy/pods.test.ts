/** How the tests that run pods as containers read a manifest: completely, or not at all. */
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { containerArgs } from '../../deploy/test/pods/container-args.mjs';
import { readWorkload } from '../../deploy/test/pods/pod.mjs';

const CONTAINER = {
  name: 'server',
  image: 'tweet-sentiment:1',
  args: ['serve'],
  env: [{ name: 'WORKERS', value: '2' }],
  envFrom: [{ configMapRef: { name: 'settings' } }],
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: 2 }, limits: { cpu: '1500m', memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'keys', mountPath: '/keys', readOnly: true },
  ],
  livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 5 },
};

const POD = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 20,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    fsGroup: 2000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  volumes: [
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o440 } },
  ],
  containers: [CONTAINER],
};

const SECRETS = { keys: { 'api-keys': 'a key' } };

const read = (pod: object) =>
  readWorkload(
    [
      { kind: 'ConfigMap', metadata: { name: 'settings' }, data: { LOG_LEVEL: 'debug' } },
      { kind: 'Deployment', metadata: { name: 'it' }, spec: { template: { spec: pod } } },
    ]
      .map((object) => stringify(object))
      .join('---\n'),
    SECRETS,
  );

const withContainer = (fields: object) => ({ ...POD, containers: [{ ...CONTAINER, ...fields }] });

test('a container becomes the arguments of the engine', () => {
  const { container, fsGroup, gracePeriodMs, volumes } = read(POD).pod;
  const mounts = { tmp: 'pod-tmp', keys: '/folder' };
  expect(containerArgs(container, { fsGroup, mounts }).join(' ')).toBe(
    '--user 1000 --read-only --security-opt no-new-privileges --cap-drop ALL --group-add 2000 ' +
      '--cpus 1.5 --memory 1073741824 --memory-swap 1073741824 --env LOG_LEVEL=debug --env WORKERS=2 ' +
      '--volume pod-tmp:/tmp --volume /folder:/keys:ro tweet-sentiment:1 serve',
  );
  expect(gracePeriodMs).toBe(20_000);
  expect(volumes).toEqual({
    tmp: { name: 'tmp', kind: 'emptyDir', sizeLimit: 64 * 1024 ** 2 },
    keys: {
      ...{ name: 'keys', kind: 'files', mode: 0o440 },
      files: [{ name: 'api-keys', text: 'a key' }],
    },
  });
});

test.each([
  [{ ...POD, hostNetwork: true }, 'spec.hostNetwork is not known here'],
  [{ ...POD, automountServiceAccountToken: true }, 'automountServiceAccountToken: expected false'],
  [{ ...POD, containers: [CONTAINER, CONTAINER] }, 'spec.containers: expected one, found 2'],
  [withContainer({ lifecycle: {} }), 'spec.containers[0].lifecycle is not known here'],
  [
    withContainer({ securityContext: { privileged: true } }),
    'securityContext.privileged: expected false, found true',
  ],
  [withContainer({ resources: { limits: { gpu: 1 } } }), 'limits.gpu is not known here'],
  [
    withContainer({ readinessProbe: { exec: {} } }),
    'spec.containers[0].readinessProbe.exec is not known here',
  ],
  [
    withContainer({ envFrom: [{ configMapRef: { name: 'other' } }] }),
    'there is no ConfigMap other',
  ],
  [withContainer({ env: [{ name: 'A', value: '$(B)' }] }), 'expected a string without $(…)'],
  [
    { ...POD, volumes: [{ name: 'keys', secret: { secretName: 'other' } }] },
    'secret other: no such data were given',
  ],
  [{ ...POD, volumes: [{ name: 'it', hostPath: {} }] }, 'volumes[0].hostPath is not known here'],
])('what a pod can have and a test would miss is refused: %#', (pod, message) => {
  expect(() => read(pod)).toThrow(message);
});

test.each([
  [{ ...POD, securityContext: { runAsUser: 1000 } }, 'expected RuntimeDefault'],
  [
    { ...POD, securityContext: { ...POD.securityContext, runAsUser: undefined } },
    'runAsNonRoot is given without a runAsUser',
  ],
  [{ ...POD, volumes: [] }, 'there is no volume tmp'],
])('a container that the engine could not run as a node does is refused: %#', (pod, message) => {
  const { container, fsGroup } = read(pod).pod;
  expect(() => containerArgs(container, { fsGroup, mounts: {} })).toThrow(message);
});
