/** README is short, and its table of speed is that of the measurements. */
import { expect, test } from 'vitest';
import { fillSpeed } from '../../bench/speed-table.mjs';
import { readBlocks } from '../support/tutorial.ts';
import { readDocument } from './markdown.ts';

const readme = readDocument('README.md');

test('README is a page and a half', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(141);
});

test('the table of speed is that of docs/measurements/performance: node bench/speed-table.mjs', () => {
  const results = JSON.parse(readDocument('docs/measurements/performance/results.json'));
  expect(readme).toMatch(/<!-- speed -->\n(?:\|.+\n){6}/);
  expect(fillSpeed(readme, results)).toBe(readme);
});

test('each row of the table of speed is in docs/measurements/performance.md', () => {
  const page = readDocument('docs/measurements/performance.md');
  const [, block = ''] = /<!-- speed -->([\s\S]+)<!-- end -->/.exec(readme) ?? [];
  const rates = [...block.matchAll(/^\| \S[^|]+\| ([\d,]+) \| ([\d.]+) \|/gm)];
  expect(rates.length).toBe(5);
  for (const [, rate, share] of rates) {
    expect.soft(page).toContain(`| ${rate} | ${share} |`);
  }
});

test('each command of README’s German traffic is one of the tutorial, which tests run', () => {
  const run = readBlocks().flatMap(({ commands }) => commands.split('\n'));
  const commands = [...readme.matchAll(/^node dist\/main\.js .+?(?= +#|$)/gm)].map(
    ([line]) => line,
  );
  expect(commands.length).toBe(4);
  expect(commands.filter((line) => !run.includes(line))).toEqual([]);
});
