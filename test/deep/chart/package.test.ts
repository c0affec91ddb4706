/** The chart as it is handed on: its package, its notes, its test, the manifests that are made of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { PINNED } from '../../support/pinned.ts';
import { ROOT } from '../../support/server.ts';
import {
  CHART,
  COMMIT,
  environmentOf,
  FLAGS,
  haveHelm,
  helm,
  type Manifest,
  one,
  pods,
  render,
  template,
  type Values,
} from './helm.ts';
import { MATRIX } from './matrix.ts';

const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));

test('the chart is of the version of the server, whose image it takes', () => {
  expect(chart).toMatchObject({ appVersion: packageJson.version, version: packageJson.version });
});

describe.skipIf(!haveHelm)('the package', () => {
  let archive: string;
  let listed: string[];

  beforeAll(async () => {
    const folder = temporaryFolder();
    expect(await helm(['package', CHART, '--destination', folder])).toMatchObject({ status: 0 });
    archive = join(folder, `${chart.name}-${chart.version}.tgz`);
    listed = execFileSync('tar', ['-tvzf', archive], { encoding: 'utf8' }).trim().split('\n');
  });

  test('has files only: what is a link in the checkout is a file there', () => {
    expect(listed.filter((line) => !line.startsWith('-'))).toEqual([]);
    expect(listed.join('\n')).toContain('files/prometheus/recording.yml');
    expect(listed.join('\n')).toContain('files/dashboards/tweet-sentiment.json');
  });

  test('has no tests and drills of the rules, and nothing large', () => {
    expect(listed.filter((line) => /\/(drills|prometheus\/tests)\//.test(line))).toEqual([]);
    expect(readFileSync(archive).length).toBeLessThan(200_000);
  });

  test('makes the same objects as the checkout', async () => {
    const { stdout } = await helm(['template', 'shop', archive, '--namespace', 'web', ...FLAGS], {
      modelCommit: COMMIT,
      ...MATRIX.everything,
    });
    expect(stdout).toBe((await template(MATRIX.everything as Values)).stdout);
    expect(stdout.length).toBeGreaterThan(10_000);
  });
});

describe.skipIf(!haveHelm)('the notes', () => {
  /** `helm template` leaves them out: a copy of the chart has them in an object too. */
  async function notes(values: Values = {}): Promise<string> {
    const copy = join(temporaryFolder(), chart.name);
    cpSync(CHART, copy, { recursive: true, dereference: true });
    writeFileSync(
      join(copy, 'templates', 'notes.yaml'),
      'kind: Notes\ntext: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}\n',
    );
    const { stdout, stderr } = await helm(
      [
        'template',
        'shop',
        copy,
        '--namespace',
        'web',
        '--show-only',
        'templates/notes.yaml',
        ...FLAGS,
      ],
      { modelCommit: COMMIT, ...values },
    );
    expect(stderr).toBe('');
    return parse(stdout).text;
  }

  test('say what serves, how to test it, and how to predict', async () => {
    const text = await notes();
    expect(text).toContain(`tweet-sentiment ${COMMIT}`);
    expect(text).toContain('helm test shop --namespace web');
    expect(text).toContain('service/shop-tweet-sentiment 8080:80');
    expect(text).toContain('curl http://localhost:8080/predict');
    expect(text).not.toMatch(/<no value>|%!|\{\{/);
  });

  test('know of TLS and keys', async () => {
    const text = await notes({ ...MATRIX.secrets, ...MATRIX['gRPC and TLS'] });
    expect(text).toContain('curl --insecure https://localhost:8080/predict');
    expect(text).toContain("-H 'x-api-key: <key>'");
  });

  test.each<[Values, string]>([
    [{ serviceMonitor: { enabled: true } }, 'networkPolicy.monitoringNamespace'],
    [MATRIX['a gateway'] as Values, 'networkPolicy.fromNamespaces'],
    [{ settings: { PROMETHEUS_URL: 'http://prometheus:9090' } }, 'networkPolicy.extraEgress'],
  ])('with %j, they name what the network still refuses', async (values, setting) => {
    expect(await notes(values)).toContain(setting);
    expect(await notes()).not.toContain(setting);
  });
});

describe.skipIf(!haveHelm)('helm test', () => {
  const testPod = async (values: Values = {}) =>
    pods(await render(values)).find(({ kind }) => kind === 'Pod')!;

  test('predicts a text by the Service, and expects the version', async () => {
    const { metadata, spec } = await testPod({
      service: { port: 8000 },
      tests: { text: 'Hallo "du"' },
    });
    expect(environmentOf(spec.containers[0])).toEqual({
      SERVER_URL: 'http://shop-tweet-sentiment:8000',
      MODEL_COMMIT: COMMIT,
      TEXT: 'Hallo "du"',
    });
    expect(metadata.annotations?.['helm.sh/hook']).toBe('test');
    expect(spec).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 120 });
  });

  test('runs the script of the chart, which Node understands', async () => {
    const [container] = (await testPod()).spec.containers;
    const script = container.command?.at(-1) ?? '';
    expect(script.trim()).toBe(readFileSync(join(CHART, 'files', 'predict.mjs'), 'utf8').trim());
    const checked = spawnSync(process.execPath, ['--input-type=module', '--check'], {
      input: script,
    });
    expect(checked.status).toBe(0);
  });

  test('has a key where the server wants one', async () => {
    const { spec } = await testPod(MATRIX.secrets);
    expect(environmentOf(spec.containers[0])).toMatchObject({
      API_KEYS_FILE: '/etc/tweet-sentiment/secrets/api-keys',
    });
    expect(spec.volumes?.[0]?.secret?.items).toEqual([{ key: 'api-keys', path: 'api-keys' }]);
  });
});

describe('deploy/kubernetes', () => {
  test.skipIf(!haveHelm)('is what the chart makes', () => {
    const script = join(ROOT, 'deploy', 'kubernetes', 'render.sh');
    const { status, stdout, stderr } = spawnSync(script, ['--check'], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  test('serves the pinned version, in a namespace that accepts "restricted" pods only', () => {
    const text = readFileSync(join(ROOT, 'deploy', 'kubernetes', 'base.yaml'), 'utf8');
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    expect(one(manifests, 'Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const [container] = one(manifests, 'Deployment').spec.template.spec.containers;
    expect(environmentOf(container).MODEL_COMMIT).toBe(PINNED);
    expect(text).not.toMatch(/managed-by|helm\.sh\//);
  });
});
