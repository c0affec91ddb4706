/** The chart, rendered by Helm, as objects. */
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../support/server.ts';
import { COMMIT } from './commits.ts';

export const CHART = join(ROOT, 'deploy', 'helm', 'tweet-sentiment');
export { COMMIT, OTHER_COMMIT } from './commits.ts';
export const haveHelm = spawnSync('helm', ['version']).status === 0;

export type Values = Readonly<Record<string, unknown>>;

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly object[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly Mount[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}
export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly scheme: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly timeoutSeconds: number;
}
export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly secret?: {
    readonly secretName: string;
    readonly defaultMode: number;
    readonly items: readonly { readonly key: string; readonly path: string }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}
export interface PodSpec extends Readonly<Record<string, unknown>> {
  readonly containers: readonly [Container, ...Container[]];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly terminationGracePeriodSeconds?: number;
}
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
export interface Pod {
  readonly metadata: Omit<Metadata, 'name' | 'namespace'>;
  readonly spec: PodSpec;
}
/** `spec` is what the kind makes of it: a test names what it expects there. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  // biome-ignore lint/suspicious/noExplicitAny: the schemas of Kubernetes check its shape
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
}

interface Release {
  readonly release?: string;
  readonly namespace?: string;
}
interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The oldest version that the chart allows: without it, Helm asks no cluster and takes what it was built for. */
export const FLAGS = ['--kube-version', '1.29.0', '--values', '-'];

const rendered = new Map<string, Promise<Outcome>>();

/** `helm template` with these values beside a modelCommit, once for each set of them. */
export function template(values: Values, release: Release = {}): Promise<Outcome> {
  const key = JSON.stringify([values, release]);
  const known = rendered.get(key) ?? run(values, release);
  rendered.set(key, known);
  return known;
}

function run(values: Values, { release = 'shop', namespace = 'web' }: Release): Promise<Outcome> {
  return helm(['template', release, CHART, '--namespace', namespace, ...FLAGS], {
    modelCommit: COMMIT,
    ...values,
  });
}

/** @param values on standard input, for `--values -`. */
export async function helm(args: readonly string[], values: Values = {}): Promise<Outcome> {
  const running = promisify(execFile)('helm', [...args], { maxBuffer: 64 * 1024 * 1024 });
  running.child.stdin?.end(JSON.stringify(values));
  return running.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ status: Number(code), stdout, stderr }),
  );
}

/** The objects of a release. @throws where Helm refuses the values. */
export async function render(values: Values = {}, release: Release = {}): Promise<Manifest[]> {
  const { status, stdout, stderr } = await template(values, release);
  if (status !== 0) {
    throw new Error(`${JSON.stringify(values)}: ${stderr}`);
  }
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as Manifest)
    .filter((manifest) => manifest !== null);
}

/** What Helm writes where it refuses the values; undefined where it takes them. */
export async function refusal(values: Values): Promise<string | undefined> {
  const { status, stderr } = await template(values);
  return status === 0 ? undefined : stderr;
}

/** The one object of a kind, and of a name if it is given. @throws unless there is exactly one. */
export function one(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = all(manifests, kind).filter(({ metadata }) =>
    [metadata.name, undefined].includes(name),
  );
  if (found.length !== 1) {
    throw new Error(`expected one ${kind} ${name ?? ''}, found ${found.length}`);
  }
  return found[0] as Manifest;
}

export function all(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

/** The pod of each workload, with its kind. */
export function pods(manifests: readonly Manifest[]): (Pod & { readonly kind: string })[] {
  return manifests.flatMap(({ kind, metadata, spec }) =>
    kind === 'Pod'
      ? [{ kind, metadata, spec }]
      : spec?.template
        ? [{ kind, ...spec.template }]
        : [],
  );
}

/** The pod that serves. */
export function serverPod(manifests: readonly Manifest[]): Pod {
  const found = pods(manifests).find(({ kind }) => kind === 'Deployment' || kind === 'Rollout');
  if (found === undefined) {
    throw new Error('no Deployment and no Rollout');
  }
  return found;
}

export function containersOf({ spec }: Pod): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

export function environmentOf({ env = [] }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
