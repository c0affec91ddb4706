/** The labels of the image are what package.json has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from '../support/server.ts';

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const labels = Object.fromEntries(
  [...dockerfile.matchAll(/org\.opencontainers\.image\.([a-z.]+)="([^"]*)"/g)].map(
    ([, name, value]) => [name, value],
  ),
);

test('the labels of the Open Container Initiative are those of package.json', () => {
  expect(labels).toEqual({
    title: manifest.name,
    description: manifest.description,
    version: manifest.version,
    licenses: manifest.license,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the Dockerfile.
    'base.name': '${BASE_IMAGE}',
  });
});

test('the image has the version of Node that .nvmrc names', () => {
  const version = readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim();
  expect(dockerfile).toContain(`ARG NODE_VERSION=${version}\n`);
});
