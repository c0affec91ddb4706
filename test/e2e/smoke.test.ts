/** release/smoke.mjs, which a release runs before and after it deploys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { GOLDEN_TOLERANCE } from '../../src/inference/golden.ts';
import { launch } from '../../tools/launch.mjs';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, startServer } from '../support/server.ts';

const SMOKE = join(ROOT, 'release/smoke.mjs');

test('allows what the server allows at its start', () => {
  const [, tolerance] = /^const TOLERANCE = (.+);$/m.exec(readFileSync(SMOKE, 'utf8')) ?? [];
  expect(Number(tolerance)).toBe(GOLDEN_TOLERANCE);
});

test.each([PINNED, MULTILINGUAL])('finds the golden scores of %s', async (commit) => {
  const server = await startServer({ MODEL_COMMIT: commit });
  try {
    const smoke = async (sha: string) => {
      const { child, exited } = launch(process.execPath, [SMOKE, server.url, sha], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const outputs = [child.stdout, child.stderr] as Readable[];
      const [stdout, stderr] = await Promise.all(outputs.map((each) => text(each)));
      return { stdout, stderr, code: (await exited).code };
    };
    expect(await smoke(commit)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^smoke: ${commit} at .*golden texts`)),
    });
    const other = await smoke('0'.repeat(40));
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('commit of /model') });
  } finally {
    await server.stop();
  }
});
