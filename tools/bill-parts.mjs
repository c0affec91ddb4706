// What a bill of materials (CycloneDX 1.6) has beside installed packages: a version of a model, from the version's own
// files, and packages with parts in dist.
// release/sbom.sh runs this file in an image, in front of release/sbom.mjs: it may import Node's modules only.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const SERVED_FILES = ['model.onnx', 'tokenizer.json'];
const SCORES = ['macro_recall', 'macro_f1', 'accuracy'];

/**
 * The components of a version: the model, with its scores as model card, then each data set.
 *
 * @param folder `<model name>/<commit>`, as `models verify` has proven it.
 */
export function modelComponents(folder) {
  // A version that was published without a gate can be without some of them.
  const readText = (path) =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;
  const readJson = (path) => JSON.parse(readText(path) ?? '{}');
  const name = basename(dirname(folder));
  const commit = basename(folder);
  const { datasets = [] } = readJson('data/datasets.json');
  // The front matter of a model card, by the names that Hugging Face gives them.
  const card = readText('README.md') ?? '';
  const fromCard = (field) => new RegExp(`^${field}: *(\\S+)$`, 'm').exec(card)?.[1];
  const licence = fromCard('license');
  const base = fromCard('base_model');
  const model = {
    'bom-ref': `model:${name}@${commit}`,
    type: 'machine-learning-model',
    name,
    version: commit,
    ...(licence && { licenses: [{ license: { name: licence } }] }),
    ...(base && { pedigree: { ancestors: [{ type: 'machine-learning-model', name: base }] } }),
    components: SERVED_FILES.map((path) => ({
      type: 'file',
      name: path,
      hashes: [{ alg: 'SHA-256', content: sha256(readFileSync(join(folder, path))) }],
    })),
    modelCard: {
      modelParameters: {
        task: 'text-classification',
        ...architecture(readJson('config.json')),
        datasets: datasets.map((dataset) => ({ ref: refOf(dataset) })),
        inputs: [{ format: 'string' }],
        outputs: [{ format: 'string' }],
      },
      quantitativeAnalysis: { performanceMetrics: performanceMetrics(readJson('metrics.json')) },
    },
  };
  return [model, ...datasets.map(dataComponent)];
}

/** The packages with parts in a build that are not installed beside it. @param dist the folder of the build. */
export function copiedPackages(dist) {
  const packages = JSON.parse(readFileSync(join(dist, 'console/packages.json'), 'utf8'));
  return packages.map(({ name, version, license: licence }) => ({
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    licenses: [{ license: { id: licence } }],
  }));
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const refOf = ({ name }) => `data:${name}`;

/** @param config what Hugging Face's config.json has, if it is of one of its models. */
function architecture({ model_type: family, architectures: [name] = [] }) {
  return {
    ...(family && { architectureFamily: family }),
    ...(name && { modelArchitecture: name }),
  };
}

/** Of the weights that are served: int8 where the version has them. */
function performanceMetrics({ datasets = {} }) {
  return Object.entries(datasets).flatMap(([slice, { int8, fp32 }]) =>
    SCORES.filter((type) => (int8 ?? fp32)?.[type] !== undefined).map((type) => ({
      type,
      value: String((int8 ?? fp32)[type]),
      slice,
    })),
  );
}

/** The files of a data set are known by their digests; they are no part of the version. */
function dataComponent(dataset) {
  const { name, source, license: licence, files } = dataset;
  return {
    'bom-ref': refOf(dataset),
    type: 'data',
    name,
    ...(source && { description: source }),
    ...(licence && { licenses: [{ license: { name: licence } }] }),
    data: [{ type: 'dataset', name }],
    components: files.map(({ path, role, sha256: digest }) => ({
      type: 'data',
      name: path,
      hashes: [{ alg: 'SHA-256', content: digest }],
      properties: [{ name: 'tweet-sentiment:role', value: role }],
    })),
  };
}
