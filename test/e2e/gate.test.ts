import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODEL, PINNED, pinnedJson, variantOfPinned } from '../support/pinned.ts';
import { ROOT, runCommand } from '../support/server.ts';

interface Metrics {
  datasets: Record<string, { int8: { macro_recall: number } }>;
}

/** Judges a version beside the pinned one, which is in production. */
function gate(store: string, sha: string, ...args: string[]) {
  cpSync(join(ROOT, 'models', MODEL, PINNED), join(store, MODEL, PINNED), { recursive: true });
  return runCommand([
    ...['models', 'gate', sha, '--against', PINNED, '--model-store', store],
    ...args,
  ]);
}

test('an equally good version passes, and each check is listed', async () => {
  const { store, sha } = variantOfPinned({ 'README.md': '# The same in other words' });
  const { code, stdout } = await gate(store, sha);
  expect(stdout).toMatch(/^ok {4}trained from its ingredients/m);
  expect(stdout).toMatch(
    /^ok {4}golden texts +each as expected, as a single text and in batches$/m,
  );
  expect(stdout).toMatch(/^ok {4}latency of one text, median +[\d.]+ ms, 50 ms are allowed/m);
  expect(stdout).toMatch(/\npassed: \d+ checks\n$/);
  expect(code).toBe(0);
});

test('a version with lower scores is refused', async () => {
  const metrics = pinnedJson<Metrics>('metrics.json');
  metrics.datasets['semeval-en/dev']!.int8.macro_recall -= 0.03;
  const { store, sha } = variantOfPinned({ 'metrics.json': JSON.stringify(metrics) });
  const { code, stdout } = await gate(store, sha, '--json');
  const { commit, against, passed, checks } = JSON.parse(stdout);
  expect({ commit, against, passed }).toEqual({ commit: sha, against: PINNED, passed: false });
  const failed = checks.filter(({ result }: { result: string }) => result === 'failed');
  expect(failed).toMatchObject([
    { name: 'semeval-en/dev macro_recall', advice: expect.stringContaining('--max-drop') },
  ]);
  expect(code).toBe(1);
});

test('a version with other scores than the golden ones is refused', async () => {
  interface Golden {
    texts: { scores: Record<string, number> }[];
  }
  const golden = pinnedJson<Golden>('golden.json');
  golden.texts[0]!.scores = { negative: 0.2, neutral: 0.3, positive: 0.5 };
  const { store, sha } = variantOfPinned({ 'golden.json': JSON.stringify(golden) });
  const { code, stdout } = await gate(store, sha);
  expect(stdout).toMatch(/^FAIL {2}golden texts +golden\.json: .*\n {8}train it again with /m);
  expect(code).toBe(1);
});

test('an invalid threshold is a usage error', async () => {
  const { code, stderr } = await runCommand(['models', 'gate', '--max-drop', '5']);
  expect(stderr).toContain('expected a number from 0 to 1');
  expect(code).toBe(2);
});
