/** Replaces the pods of the plain manifest while clients send requests: its drain settings, its probes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';

/** @returns the exit code of the run, and its last line. */
function rollOut(...options: string[]) {
  const program = join(ROOT, 'deploy/test/pods/rollout.mjs');
  const manifest = join(ROOT, 'deploy/kubernetes/base.yaml');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, manifest, ...options], {
    encoding: 'utf8',
    timeout: 280_000,
  });
  return { status, output: stdout + stderr };
}

test('a rollout under load fails no request, and each pod ends by itself', () => {
  const { status, output } = rollOut('--rollouts', '2');
  expect(output).toMatch(/2 rollouts: [1-9]\d+ requests .+, 0 failed; 6 pods ended, 0 badly/);
  expect(status).toBe(0);
});

test('without DRAIN_DELAY_MS, requests fail that a node sends before it knows', () => {
  const { status, output } = rollOut('--rollouts', '1', '--set', 'DRAIN_DELAY_MS=0');
  expect(output).toMatch(/failed: \{"client":"a connection for each request","message":"ECONNRES/);
  expect(status).toBe(1);
});
