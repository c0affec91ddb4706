/** The Python of model repositories: that of earlier versions commits, in three lines; that of the documents. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDocument } from '../docs/markdown.ts';
import { commitOf } from '../support/history.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { MODEL } from '../support/pinned.ts';
import { MAIN, ROOT, runCommand } from '../support/server.ts';

test('from Python: the SHA, or the reason why not', async () => {
  const repository = await createModelRepository();
  const earlier = join(ROOT, 'models', MODEL, commitOf('v1.2.0'), 'code/versioning.py');
  repository.write('code/versioning.py', readFileSync(earlier));
  repository.train();
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

test('the code of docs/how-to/versions.md has the digest of `models lineage`', async () => {
  const { folder, write, git } = await createModelRepository();
  for (const path of [
    ...['lib/settings.py', 'code/ä.py', 'data/README.md', 'notes.txt', 'README.py', 'docs/a.json'],
    ...[
      'docs/a.md',
      '.github/workflows/x.yml',
      'LICENCE',
      'licence.txt',
      'docs/b/c.PNG',
      '.gitignored',
    ],
  ]) {
    write(path, path);
  }
  write('code/ignored.pyc', '');
  const blocks = [...readDocument('docs/how-to/versions.md').matchAll(/^```python\n(.*?)^```$/gms)];
  const code = blocks.map(([, block]) => block).find((block) => block?.includes('def digest_'));
  const printed = JSON.parse((await runCommand(['models', 'lineage', folder])).stdout);
  const found = execFileSync(
    'python3',
    ['-B', '-c', `${code}\nprint(digest_ingredients(Path(".")))`],
    { cwd: folder, encoding: 'utf8' },
  );
  expect(found.trim()).toBe(printed.ingredients);
  expect(git('status', '--porcelain', 'model.onnx')).toBe('?? model.onnx\n');
});
