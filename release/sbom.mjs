// Runs inside the image and prints its CycloneDX bill of materials: npm's own, with the model, the
// Debian packages and Node added.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const name = process.env.MODEL_NAME;
const commit = readFileSync(`models/${name}/PINNED`, 'utf8').trim();
const version = `models/${name}/${commit}`;
const { files } = JSON.parse(readFileSync(`${version}/commit.json`, 'utf8'));
// A model card has its licence in its front matter, by the name that Hugging Face gives it.
const licence = /^license: *(\S+)$/m.exec(readFileSync(`${version}/README.md`, 'utf8'))?.[1];

const model = {
  'bom-ref': `model:${name}@${commit}`,
  type: 'machine-learning-model',
  name,
  version: commit,
  ...(licence && { licenses: [{ license: { name: licence } }] }),
  // git-lfs files, such as the weights, are known by their SHA-256.
  components: files
    .filter(({ lfs }) => lfs)
    .map(({ path, lfs }) => ({
      type: 'file',
      name: path,
      hashes: [{ alg: 'SHA-256', content: lfs.oid }],
    })),
};
const node = {
  'bom-ref': `node@${process.versions.node}`,
  type: 'platform',
  name: 'node',
  version: process.versions.node,
  purl: `pkg:generic/node@${process.versions.node}`,
};
const debian = run('dpkg-query', '--show')
  .trim()
  .split('\n')
  .map((line) => {
    const [name, version] = line.replace(/:\w+\t/, '\t').split('\t');
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
    return { 'bom-ref': purl, type: 'library', name, version, purl };
  });

const bom = JSON.parse(run('npm', 'sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'));
// npm calls the server after its folder.
const { name: title } = JSON.parse(readFileSync('package.json', 'utf8'));
const server = { ...bom.metadata.component, type: 'application', name: title };
bom.metadata.component = { 'bom-ref': 'image', type: 'container', name: title, version: commit };
bom.components = [server, model, node, ...bom.components, ...debian];
for (const component of bom.components) {
  // npm passes on addresses such as git@github.com:…, which the format does not allow.
  component.externalReferences = component.externalReferences?.filter(({ url }) =>
    URL.canParse(url),
  );
}
console.log(JSON.stringify(bom, null, 2));
