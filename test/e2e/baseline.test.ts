/** `baseline` over the log of the real server, which then exports what it wrote. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pathOfNormal, readNormal } from '../../src/drift/normal.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

const folder = temporaryFolder();
const log = join(folder, 'server.log');
const few = join(folder, 'few.log');
const baselines = join(folder, 'baselines');
const path = pathOfNormal(baselines, 'tweet-sentiment', PINNED);
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ LOG_FILE: log, BASELINES: baselines });
});

afterAll(() => server?.stop());

async function exported(): Promise<string[]> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  return metrics.split('\n').filter((line) => line.startsWith('classifier_normal_ratio{'));
}

test('from the log of a server to its metrics, without a restart', async () => {
  expect(await exported()).toEqual([]);
  const texts = [
    'Good morning, what a day',
    'I am so sad',
    'Guten Morgen zusammen',
    'See you later',
  ];
  for (let batch = 0; batch < 5; batch++) {
    const inputs = Array.from({ length: 12 }, () => texts).flat();
    expect((await server.predict({ inputs })).status).toBe(200);
  }
  // A scrape waits for the log.
  await exported();
  const { code, stdout, stderr } = await runCommand(['baseline', log], { BASELINES: baselines });
  expect(stderr).toContain(`tweet-sentiment: written to ${path}\n`);
  expect(stderr).toContain('the hours of a day are not alike');
  expect(code).toBe(0);
  expect(stdout).toContain('240 texts');
  const normal = await readNormal(baselines, 'tweet-sentiment', PINNED);
  expect(normal?.features.language?.de).toEqual({ ratio: 0.25, deviation: 0.030619 });
  expect(await exported()).toContain('classifier_normal_ratio{feature="language",bin="de"} 0.25');
  const topics = Object.values(normal?.features.topic ?? {});
  expect(topics.reduce((total, { ratio }) => total + ratio, 0)).toBeCloseTo(1, 5);
  expect((await exported()).filter((line) => line.includes('feature="topic"'))).toHaveLength(
    topics.length,
  );
});

test('of few texts there is none', async () => {
  const [prediction = ''] = readFileSync(log, 'utf8').match(/.*"event":"prediction".*/) ?? [];
  writeFileSync(few, `${prediction}\n`);
  const { code, stderr } = await runCommand(['baseline', few]);
  expect(stderr).toContain('expected 200 or more, found 1');
  expect(code).toBe(2);
});

test('--json prints the same, and writes nothing', async () => {
  const other = join(folder, 'other');
  const { code, stdout } = await runCommand(['baseline', log, '--json', '--baselines', other]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(await readNormal(baselines, 'tweet-sentiment', PINNED));
  expect(await readNormal(other, 'tweet-sentiment', PINNED)).toBeUndefined();
});

test('drift compares the same log with it, and finds nothing', async () => {
  const args = ['drift', log, '--reference', 'normal', '--baselines', baselines, '--json'];
  const { code, stdout } = await runCommand(args);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ reference: 'normal', predictions: 240, drifted: false });
  expect(report.features.map(({ psi }: { psi: number }) => psi < 0.001)).not.toContain(false);
  expect(code).toBe(0);
  const featuresOf = ({ features }: { features: { feature: string }[] }) =>
    features.map(({ feature }) => feature);
  expect(featuresOf(report)).toContain('topic');
  // The training data have no topics to compare with.
  const training = await runCommand(['drift', log, '--json']);
  expect(featuresOf(JSON.parse(training.stdout))).not.toContain('topic');
});

test('a damaged baseline is reported once, and the server answers on', async () => {
  writeFileSync(path, '{"name":');
  expect(await exported()).toEqual([]);
  expect(await exported()).toEqual([]);
  await server.eventually(({ event }) => event === 'baseline_unreadable');
  const reports = server.lines.filter(({ event }) => event === 'baseline_unreadable');
  expect(reports).toMatchObject([{ level: 'warn', code: 'bad-baseline' }]);
  expect((await server.predict({ inputs: 'still here' })).status).toBe(200);
});

test.each([
  [[], 'name log files or --prometheus'],
  [['server.log', '--prometheus', 'http://localhost:9090'], 'name log files or --prometheus'],
  [['--prometheus', 'localhost'], 'an address such as'],
  [['server.log', '--window', '7'], 'a duration such as'],
  [['server.log', '--window', '0d'], 'a duration such as'],
])('%j is refused', async (args, expected) => {
  const { code, stderr } = await runCommand(['baseline', ...args]);
  expect(stderr).toContain(expected);
  expect(code).toBe(2);
});

test.each([
  [['nowhere.log'], 'nowhere.log does not exist'],
  [[log, '--window', '1s'], 'no prediction of'],
])('%j has no normal', async (args, expected) => {
  const { code, stderr } = await runCommand(['baseline', ...args]);
  expect(stderr).toContain(expected);
  expect(code).toBe(2);
});
