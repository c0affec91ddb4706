/** The model repository's own Python commits a version, in three lines. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createModelRepository } from '../support/model-repository.ts';
import { MAIN } from '../support/server.ts';

test('from Python: the SHA, or the reason why not', async () => {
  const repository = await createModelRepository();
  const script = `import sys; sys.path.insert(0, "code")
from versioning import commit
print(commit("From Python", data=sys.argv[1]))`;
  const run = (data: string): string =>
    execFileSync('python3', ['-B', '-c', script, data], {
      cwd: repository.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TWEET_SENTIMENT: `node ${MAIN}` },
    });
  expect(() => run('/nowhere')).toThrow(/RuntimeError: tweet-sentiment: .*\/nowhere/s);
  const sha = run(repository.data).trim();
  expect(sha).toBe(repository.git('rev-parse', 'HEAD').trim());
  expect(repository.git('log', '-1', '--format=%s').trim()).toBe('From Python');
});
