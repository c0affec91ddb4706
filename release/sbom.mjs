// Prints the CycloneDX bill of materials of an image, in which it runs: npm's own, with the model, the Debian packages
// and Node added. sbom.sh puts tools/bill-parts.mjs in front, which has `modelComponents` and `copiedPackages`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const name = process.env.MODEL_NAME;
const commit = fs.readFileSync(`models/${name}/PINNED`, 'utf8').trim();
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
const { name: title } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
const server = { ...bom.metadata.component, type: 'application', name: title };
bom.metadata.component = { 'bom-ref': 'image', type: 'container', name: title, version: commit };
bom.$schema = 'http://cyclonedx.org/schema/bom-1.6.schema.json';
bom.specVersion = '1.6';
const model = modelComponents(`models/${name}/${commit}`);
bom.components = [server, ...model, node, ...copiedPackages('dist'), ...bom.components, ...debian];
for (const component of bom.components) {
  // npm passes on addresses such as git@github.com:…, which the format does not allow.
  component.externalReferences = component.externalReferences?.filter(({ url }) =>
    URL.canParse(url),
  );
}
console.log(JSON.stringify(bom, null, 2));
