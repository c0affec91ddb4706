/** Replaces the pods of the plain manifest while clients send requests: its drain settings, its probes. */
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launch } from '../../tools/launch.mjs';
import { ROOT } from '../support/server.ts';

const OPTIONS = { timeout: 900_000 };

/** @returns the exit code of the run, and what it wrote. */
async function rollOut(...options: string[]) {
  const program = join(ROOT, 'deploy/test/pods/rollout.mjs');
  const manifest = join(ROOT, 'deploy/kubernetes/base.yaml');
  const { child } = launch(process.execPath, [program, manifest, ...options]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

test('a rollout under load fails no request, and each pod ends by itself', OPTIONS, async () => {
  const { code, output } = await rollOut('--rollouts', '1');
  expect(output).toMatch(/1 rollouts: [1-9]\d+ requests .+, 0 failed, .+; 4 pods ended, 0 badly/);
  expect(code).toBe(0);
});

test('without DRAIN_DELAY_MS, requests fail until the nodes know', OPTIONS, async () => {
  const { code, output } = await rollOut(
    ...['--rollouts', '1', '--propagation', '5000', '--set', 'DRAIN_DELAY_MS=0'],
  );
  expect(output).toMatch(/failed: \{"client":"a connection for each request","message":"ECONNRES/);
  expect(code).toBe(1);
});
