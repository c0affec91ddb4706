/**
 * The bills of materials are CycloneDX 1.6, with the model, its digests and its data sets: that of the checkout, and
 * that of an image, whose program runs here as it does there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { modelComponents } from '../../tools/bill-parts.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED, shippedJson } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

interface Component {
  readonly 'bom-ref'?: string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly components?: readonly Component[];
  readonly pedigree?: { readonly ancestors: readonly Component[] };
  readonly modelCard?: {
    readonly modelParameters: { readonly datasets: readonly { readonly ref: string }[] };
    readonly quantitativeAnalysis: { readonly performanceMetrics: readonly object[] };
  };
}

interface Bill {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: string[] }[];
}

const SCHEMAS = join(ROOT, 'node_modules/@cyclonedx/cyclonedx-library/res/schema');
const VERSION = join(ROOT, 'models/tweet-sentiment', PINNED);

function run(command: string, ...args: string[]): Bill {
  const env = { ...process.env, MODEL_NAME: 'tweet-sentiment' };
  return JSON.parse(execFileSync(command, args, { cwd: ROOT, env, encoding: 'utf8' }));
}

const ofCheckout = run('npm', 'run', '--silent', 'sbom');
test('bytes of the model that are not proven are in no bill', () => {
  const root = temporaryFolder();
  for (const name of ['dist', 'node_modules', 'package.json', 'package-lock.json']) {
    symlinkSync(join(ROOT, name), join(root, name));
  }
  // Its own, since it asks for the folder above it.
  cpSync(join(ROOT, 'tools'), join(root, 'tools'), { recursive: true });
  const folder = join(root, 'models/tweet-sentiment', PINNED);
  cpSync(VERSION, folder, { recursive: true });
  writeFileSync(join(root, 'models/tweet-sentiment/PINNED'), `${PINNED}\n`);
  appendFileSync(join(folder, 'model.onnx'), 'x');
  const options = { cwd: root, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('node', ['tools/sbom.mjs'], options);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('model.onnx');
});

test('a version without card, scores, configuration and data sets is in a bill with what it has', () => {
  const folder = join(temporaryFolder(), 'own', 'c0ffee');
  for (const name of ['model.onnx', 'tokenizer.json']) {
    cpSync(join(VERSION, name), join(folder, name));
  }
  const [model, ...others] = modelComponents(folder);
  expect(others).toEqual([]);
  expect(model).toMatchObject({ name: 'own', version: 'c0ffee' });
  expect(model?.components?.map(({ name }) => name)).toEqual(['model.onnx', 'tokenizer.json']);
});

const hasDpkg = existsSync('/usr/bin/dpkg-query');

function validate(bill: Bill): unknown {
  const read = (name: string) => JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8'));
  const ajv = new Ajv({ strict: false });
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const file = `${name}.SNAPSHOT.schema.json`;
    // As bom-1.6 refers to them.
    ajv.addSchema({ ...read(file), $id: `http://cyclonedx.org/schema/${file}` });
  }
  addFormats.default(ajv);
  // Of draft 2019; what the bills have in these formats is ASCII.
  for (const [format, ascii] of [
    ['iri-reference', 'uri-reference'],
    ['idn-email', 'email'],
  ] as const) {
    const known = ajv.formats[ascii];
    if (known === undefined) {
      throw new Error(`there is no format ${ascii}`);
    }
    ajv.addFormat(format, known);
  }
  ajv.validate(read('bom-1.6.SNAPSHOT.schema.json'), bill);
  return ajv.errors;
}

const find = (bill: Bill, type: string): Component[] =>
  bill.components.filter((component) => component.type === type);

/** Each reference has one component. */
function expectReferences(bill: Bill): void {
  const known = [bill.metadata.component, ...bill.components].map((each) => each['bom-ref']);
  expect(known.filter((ref, i) => known.indexOf(ref) !== i)).toEqual([]);
  const used = bill.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
  expect(used.filter((ref) => !known.includes(ref))).toEqual([]);
}

function expectModel(bill: Bill): void {
  const models = find(bill, 'machine-learning-model');
  expect(models.map(({ name, version }) => [name, version])).toEqual([['tweet-sentiment', PINNED]]);
  const [model] = models as [Component];
  const digests = model.components?.map(({ name, hashes }) => [name, hashes?.[0]?.content]);
  expect(digests).toEqual(
    ['model.onnx', 'tokenizer.json'].map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(VERSION, name)))
        .digest('hex'),
    ]),
  );
  const { datasets } = shippedJson(PINNED, 'data/datasets.json') as {
    datasets: { name: string; files: { sha256: string }[] }[];
  };
  expect(
    find(bill, 'data').map(({ name, components = [] }) => [
      name,
      components.map(({ hashes }) => hashes?.[0]?.content),
    ]),
  ).toEqual(datasets.map(({ name, files }) => [name, files.map(({ sha256 }) => sha256)]));
  expect(model.modelCard?.modelParameters.datasets.map(({ ref }) => ref)).toEqual(
    find(bill, 'data').map((component) => component['bom-ref']),
  );
  const scores = shippedJson(PINNED, 'metrics.json') as {
    datasets: Record<string, { int8: { macro_recall: number } }>;
  };
  expect(model.pedigree?.ancestors).toEqual([
    { type: 'machine-learning-model', name: 'sentence-transformers/all-MiniLM-L6-v2' },
  ]);
  expect(model.modelCard?.quantitativeAnalysis.performanceMetrics).toContainEqual({
    type: 'macro_recall',
    value: String(scores.datasets['semeval-en/dev']?.int8.macro_recall),
    slice: 'semeval-en/dev',
  });
}

describe('of the checkout: npm run sbom', () => {
  test('is CycloneDX 1.6', () => {
    expect(ofCheckout.specVersion).toBe('1.6');
    expect(validate(ofCheckout)).toBeNull();
    // The schema is not one that accepts everything.
    expect(validate({ ...ofCheckout, components: [{ name: 'a' } as Component] })).not.toBeNull();
  });

  test('refers to components that it has', () => {
    expectReferences(ofCheckout);
  });

  test('is about this version of the server', () => {
    const { name, version, type } = ofCheckout.metadata.component;
    expect([name, version, type]).toEqual([manifest.name, manifest.version, 'application']);
  });

  test('has each package of the lock file that is no development dependency, and what is copied to dist', () => {
    const copied = 'node_modules/swagger-ui-dist';
    const locked = Object.entries(lock.packages as Record<string, { dev?: true; version: string }>)
      .filter(([path, { dev }]) => path !== '' && (!dev || path === copied))
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
    const listed = ofCheckout.components
      .filter(({ purl }) => purl?.startsWith('pkg:npm/'))
      .map(({ name, version }) => `${name}@${version}`);
    expect(new Set(listed)).toEqual(new Set(locked));
  });

  test('has the pinned model and its data sets', () => {
    expectModel(ofCheckout);
  });
});

describe.runIf(hasDpkg)('of an image: release/sbom.sh', () => {
  const ofImage = hasDpkg
    ? run('bash', '-c', 'cat tools/bill-parts.mjs release/sbom.mjs | node --input-type=module -')
    : ofCheckout;

  test('is CycloneDX 1.6', () => {
    expect(ofImage.specVersion).toBe('1.6');
    expect(validate(ofImage)).toBeNull();
  });

  test('has the model and its data sets', () => {
    expectModel(ofImage);
  });

  test('has Swagger UI, which is in dist and not installed', () => {
    expect(find(ofImage, 'library').map(({ name }) => name)).toContain('swagger-ui-dist');
  });

  test('refers to components that it has', () => {
    expectReferences(ofImage);
  });

  test('sbom.sh runs these files', () => {
    const script = readFileSync(join(ROOT, 'release/sbom.sh'), 'utf8');
    expect(script).toContain('cat tools/bill-parts.mjs release/sbom.mjs |');
  });
});
