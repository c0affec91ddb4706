// Makes deploy/test/schemas: a JSON schema of each custom resource that the chart can render, for kubeconform,
// out of the definitions in the Go modules of their projects. Needs Go.
//
//   node deploy/test/crd-schemas.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const OUTPUT = join(import.meta.dirname, 'schemas');

/** Modules and files. */
const SOURCES = [
  [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
  ],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  ['github.com/kedacore/keda/v2@v2.21.0', 'config/crd/bases/keda.sh_scaledobjects.yaml'],
  ['github.com/argoproj/argo-rollouts@v1.9.0', 'manifests/crds/rollout-crd.yaml'],
  ['github.com/argoproj/argo-rollouts@v1.9.0', 'manifests/crds/analysis-template-crd.yaml'],
  [
    'sigs.k8s.io/gateway-api@v1.6.3',
    'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  ],
  [
    'github.com/external-secrets/external-secrets@v1.3.2',
    'config/crds/bases/external-secrets.io_externalsecrets.yaml',
  ],
  // Newer versions are no Go modules.
  ['github.com/fluxcd/flagger@v1.36.1', 'artifacts/flagger/crd.yaml'],
];
/** Of Flagger's file, what the chart does not render. */
const OTHER_KINDS = ['AlertProvider'];

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT);
for (const [module, path] of SOURCES) {
  const { Dir: folder } = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' }),
  );
  const definitions = parseAllDocuments(readFileSync(join(folder, path), 'utf8'))
    .map((document) => document.toJS())
    .filter((definition) => definition && !OTHER_KINDS.includes(definition.spec.names.kind));
  for (const { spec } of definitions) {
    const { name, schema } = spec.versions.find(({ storage }) => storage);
    const file = `${spec.names.kind}_${spec.group}_${name}.json`.toLowerCase();
    const { properties, ...rest } = strict(schema.openAPIV3Schema);
    // Kubernetes itself defines these fields, for all resources.
    const common = { apiVersion: { type: 'string' }, kind: { type: 'string' } };
    const text = JSON.stringify({
      $comment: `${module} ${path}`,
      ...rest,
      properties: { ...common, ...properties, metadata: { type: 'object' } },
    });
    writeFileSync(join(OUTPUT, file), `${text}\n`);
  }
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
