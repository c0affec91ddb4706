/**
 * Schemas for kubeconform: those of Kubernetes are in the Python package kubernetes-validate, those of custom
 * resources in deploy/test/schemas.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../../tools/temporary.mjs';
import { ROOT } from '../../support/server.ts';
import type { Manifest } from './helm.ts';

type Schema = Readonly<Record<string, unknown>>;

const OLDEST = 29;
const CUSTOM = join(ROOT, 'deploy', 'test', 'schemas');

export interface KubernetesSchemas {
  /** From 1.29 to the newest that the package has. */
  readonly versions: readonly string[];
  /** Validates a folder of manifests. @throws with what kubeconform wrote, where it refuses one. */
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
      return execFileSync(
        'kubeconform',
        [
          ...['-strict', '-summary', '-kubernetes-version', version],
          ...locations.flatMap((location) => ['-schema-location', location]),
          folder,
        ],
        { encoding: 'utf8' },
      );
    },
  };
}

/** Schemas that need no other file: kubeconform does not follow references. */
function writeSchemas(bundled: string, target: string, manifests: readonly Manifest[]): void {
  mkdirSync(target);
  const read = (name: string) => JSON.parse(readFileSync(join(bundled, name), 'utf8'));
  const { $defs: definitions } = read('_definitions.json');
  const resolve = (value: unknown, open: readonly string[] = []): unknown => {
    if (Array.isArray(value)) {
      return value.map((each) => resolve(each, open));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const { $ref: reference, description, ...rest } = value as Schema;
    if (typeof reference !== 'string') {
      const entries = Object.entries(typeof description === 'string' ? rest : value);
      return Object.fromEntries(entries.map(([key, each]) => [key, resolve(each, open)]));
    }
    const name = reference.split('/').at(-1) as string;
    return open.includes(name) ? {} : resolve(definitions[name], [...open, name]);
  };
  for (const name of new Set(manifests.flatMap(fileNameOf))) {
    if (readdirSync(bundled).includes(name)) {
      writeFileSync(join(target, name), JSON.stringify(resolve(read(name))));
    }
  }
}

/** As kubeconform looks for it. */
function fileNameOf({ apiVersion, kind }: Manifest): string[] {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return [[kind, group?.split('.')[0], version].filter(Boolean).join('-').concat('.json').toLowerCase()];
}
