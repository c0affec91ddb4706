/** What a pod gets from the values: its size, its version, its image, its settings. */
import { describe, expect, test } from 'vitest';
import {
  COMMIT,
  containersOf,
  environmentOf,
  haveHelm,
  OTHER_COMMIT,
  one,
  pods,
  render,
  serverPod,
  type Values,
} from './helm.ts';
import { MATRIX } from './matrix.ts';

const server = async (values: Values = {}) => serverPod(await render(values)).spec.containers[0];
const environment = async (values: Values = {}) => environmentOf(await server(values));

describe.skipIf(!haveHelm)('resources:', () => {
  test.each([1, 2, 3, 8, 64])('%i workers have as many CPUs, and memory', async (workers) => {
    const { env = [], resources } = await server({ workers });
    expect(env).toContainEqual({ name: 'WORKERS', value: String(workers) });
    const { memory } = resources.limits;
    // A base, and the same for each worker: its copy of the model.
    const ofOne = Number.parseInt((await server({ workers: 1 })).resources.limits.memory!, 10);
    expect(memory).toBe(`${ofOne + 256 * (workers - 1)}Mi`);
    expect(ofOne).toBeGreaterThanOrEqual(768);
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
      expect(container.image).toBe('tweet-sentiment:1.0.0');
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
    expect(await environment({ settings: { LOG_FILE: value } })).toMatchObject({ LOG_FILE: text });
  });

  test('are variables of each container, so that a pod of the version before keeps its own', async () => {
    const values = {
      ...MATRIX.batch,
      ...MATRIX['a store on S3'],
      settings: { LOG_LEVEL: 'debug' },
    };
    const manifests = await render(values);
    const containers = pods(manifests)
      .filter(({ kind }) => kind !== 'Pod')
      .flatMap(containersOf);
    expect(containers.map(({ name }) => name).sort()).toEqual([
      ...['fetch-model', 'fetch-model', 'predict', 'server'],
    ]);
    for (const container of containers) {
      expect(environmentOf(container)).toMatchObject({ LOG_LEVEL: 'debug' });
    }
    expect(manifests.map(({ kind }) => kind)).not.toContain('ConfigMap');
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
