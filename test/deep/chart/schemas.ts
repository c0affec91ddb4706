/**
 * Schemas for kubeconform: those of Kubernetes are in the Python package kubernetes-validate, those of custom
 * resources in deploy/test/schemas.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { ROOT } from '../../support/server.ts';
import type { Manifest } from './helm.ts';

const OLDEST = 29;
const CUSTOM = join(ROOT, 'deploy', 'test', 'schemas');

export interface KubernetesSchemas {
  /** From 1.29 to the newest that the package has. */
  readonly versions: readonly string[];
  /** @returns what kubeconform writes of a folder of manifests. */
  conform(version: string, folder: string): string;
}

/** Writes the schemas of the kinds that are in the manifests. */
export function openSchemas(manifests: readonly Manifest[]): KubernetesSchemas {
  const source = execFileSync(
    process.env.PYTHON || 'python3',
    ['-c', 'import kubernetes_validate; print(kubernetes_validate.__file__)'],
    { encoding: 'utf8' },
  );
  const bundled = join(dirname(source), 'kubernetes-json-schema');
  const versions = readdirSync(bundled)
    .flatMap((name) => /^v(1\.\d+\.0)-local-strict$/.exec(name)?.[1] ?? [])
    .filter((version) => Number(version.split('.')[1]) >= OLDEST);
  const target = temporaryFolder();
  for (const version of versions) {
    writeSchemas(join(bundled, `v${version}-local-strict`), join(target, version), manifests);
  }
  return {
    versions,
    conform(version, folder) {
      const locations = [
        join(target, version, '{{.ResourceKind}}{{.KindSuffix}}.json'),
        join(CUSTOM, '{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json'),
      ];
      const flags = locations.flatMap((location) => ['-schema-location', location]);
      return spawnSync(
        'kubeconform',
        ['-strict', '-summary', '-kubernetes-version', version, ...flags, folder],
        { encoding: 'utf8' },
      ).stdout;
    },
  };
}

/** Each with the definitions that it refers to: kubeconform reads no other file. */
function writeSchemas(bundled: string, target: string, manifests: readonly Manifest[]): void {
  mkdirSync(target);
  const read = (name: string) =>
    readFileSync(join(bundled, name), 'utf8').replaceAll('"/api/_definitions.json#', '"#');
  const { $defs: definitions } = JSON.parse(read('_definitions.json'));
  for (const name of new Set(manifests.map(fileNameOf))) {
    if (existsSync(join(bundled, name))) {
      const schema = read(name);
      const used = new Map<string, unknown>();
      const collect = (text: string) => {
        for (const [, definition] of text.matchAll(/"#\/\$defs\/([^"]+)"/g)) {
          if (definition !== undefined && !used.has(definition)) {
            used.set(definition, definitions[definition]);
            collect(JSON.stringify(definitions[definition]));
          }
        }
      };
      collect(schema);
      const $defs = Object.fromEntries(used);
      writeFileSync(join(target, name), JSON.stringify({ ...JSON.parse(schema), $defs }));
    }
  }
}

/** As kubeconform looks for it. */
function fileNameOf({ apiVersion, kind }: Manifest): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const parts = [kind, group?.split('.')[0], version].filter(Boolean);
  return `${parts.join('-')}.json`.toLowerCase();
}
