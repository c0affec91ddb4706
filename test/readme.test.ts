import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../src/config/config.ts';
import { PINNED } from './support/pinned.ts';
import { ROOT } from './support/server.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test.each(Object.values(SETTINGS))(
  'README tells of $variable as it is',
  ({ variable, fallback, doc }) => {
    expect(readme).toContain(`| \`${variable}\` | ${fallback ? `\`${fallback}\`` : ''} | ${doc} |`);
  },
);

test('README names the pinned version', () => {
  expect(readme).toContain(PINNED);
});
