// Makes deploy/test/schemas: a JSON schema of each custom resource that the chart can render, for kubeconform,
// out of the definitions that crds.txt names. Needs Go.
//
//   node deploy/test/crd-schemas.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const OUTPUT = join(import.meta.dirname, 'schemas');

const KINDS = [
  ...['AnalysisTemplate', 'Canary', 'ExternalSecret', 'HTTPRoute', 'MetricTemplate'],
  ...['PrometheusRule', 'Rollout', 'ScaledObject', 'ServiceMonitor'],
];

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT);
const lines = readFileSync(join(import.meta.dirname, 'crds.txt'), 'utf8').split('\n');
for (const line of lines.filter((each) => each && !each.startsWith('#'))) {
  const [module, version, path] = line.split(' ');
  const { Dir: folder } = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' }),
  );
  const definitions = parseAllDocuments(readFileSync(join(folder, path), 'utf8'))
    .map((document) => document.toJS())
    .filter((definition) => KINDS.includes(definition?.spec.names.kind));
  for (const { spec } of definitions) {
    writeSchema(spec, line);
  }
}

function writeSchema({ names, group, versions }, origin) {
  const { name, schema } = versions.find(({ storage }) => storage);
  const { properties, ...rest } = strict(schema.openAPIV3Schema);
  // Kubernetes itself defines these fields, for all resources.
  const common = { apiVersion: { type: 'string' }, kind: { type: 'string' } };
  const text = JSON.stringify({
    $comment: origin,
    ...rest,
    properties: { ...common, ...properties, metadata: { type: 'object' } },
  });
  const file = `${names.kind}_${group}_${name}.json`.toLowerCase();
  writeFileSync(join(OUTPUT, file), `${text}\n`);
}

/** As kubectl validates: without descriptions, and a field that is not listed is an error. */
function strict(schema) {
  const {
    description,
    properties,
    items,
    additionalProperties,
    'x-kubernetes-preserve-unknown-fields': isOpen,
    'x-kubernetes-int-or-string': isIntOrString,
    'x-kubernetes-embedded-resource': _embedded,
    type,
    nullable,
    ...rest
  } = schema;
  // Rules in CEL need a control plane.
  const keywords = Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-'));
  const types = isIntOrString ? ['integer', 'string'] : type;
  return {
    ...Object.fromEntries(keywords),
    ...(types && { type: nullable ? [types, 'null'].flat() : types }),
    ...(items && { items: strict(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, strict(value)]),
      ),
    }),
    ...(properties && !isOpen && { additionalProperties: false }),
    ...(additionalProperties && {
      additionalProperties:
        typeof additionalProperties === 'object' ? strict(additionalProperties) : true,
    }),
  };
}
