/** release/*.sh with KUBE_CONTEXT: what is refused before a request to the cluster. */
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

function deploy(env: Record<string, string>) {
  const { status, stderr } = spawnSync(join(ROOT, 'release/deploy.sh'), {
    encoding: 'utf8',
    env: {
      ...process.env,
      MODEL_COMMIT: PINNED,
      KUBE_CONTEXT: 'none',
      KUBECONFIG: '/dev/null',
      ...env,
    },
  });
  return [status, stderr];
}

describe('a deployment to Kubernetes is refused', () => {
  const injected = '$(touch injected)';
  const name = 'must have 1 to 53 lower-case letters, digits and inner hyphens, found';
  test.each<[Record<string, string>, string]>([
    [{ KUBE_NAMESPACE: 'Tweets' }, `KUBE_NAMESPACE ${name} Tweets`],
    [{ KUBE_NAMESPACE: injected }, `KUBE_NAMESPACE ${name} \\$\\(touch\\ injected\\)`],
    [{ HELM_RELEASE: '--all' }, `HELM_RELEASE ${name} --all`],
    [{ HELM_RELEASE: 'a'.repeat(54) }, `HELM_RELEASE ${name} ${'a'.repeat(54)}`],
    [
      { HELM_VALUES: 'none.yaml' },
      'HELM_VALUES must be a file with values of the chart, found none.yaml',
    ],
    [
      { DEPLOY_TIMEOUT_S: '5m' },
      'DEPLOY_TIMEOUT_S must be a number of seconds from 1 to 99999, found 5m',
    ],
  ])('with %j', (env, message) => {
    expect(deploy(env)).toEqual([1, `deploy: ${message}\n`]);
  });

  test('without Helm', () => {
    const programs = temporaryFolder();
    const folders = process.env.PATH?.split(delimiter) ?? [];
    for (const program of ['bash', 'dirname', 'basename']) {
      const found = folders.map((each) => join(each, program)).find(existsSync);
      symlinkSync(found ?? '', join(programs, program));
    }
    expect(deploy({ PATH: programs })).toEqual([
      1,
      'deploy: helm is needed where KUBE_CONTEXT is set, and is not on PATH\n',
    ]);
  });
});
