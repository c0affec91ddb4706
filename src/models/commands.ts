/** `models list | show | verify`: what the commands find out, and how they tell it. */
import { z } from 'zod';
import { ModelError } from './errors.ts';
import type { Commit } from './git-objects.ts';
import { isFullSha } from './git-objects.ts';
import { type Ingredients, ingredientsOf } from './ingredients.ts';
import type { Store } from './store.ts';
import { openVersion, readVersion, resolveCommit, type Version } from './version.ts';

/** The part of a version's `metrics.json` that the commands tell. */
const metricsSchema = z.object({
  primary: z.string(),
  datasets: z.record(z.string(), z.looseObject({})),
});

export interface VersionSummary {
  readonly commit: string;
  readonly pinned: boolean;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  /** Bytes of all files. */
  readonly size: number;
}

/** The versions that a store holds, newest first. @throws ModelError where it can't list. */
export async function listVersions(store: Store, model: string): Promise<VersionSummary[]> {
  if (!store.list) {
    throw new ModelError('bad-reference', `${store.location} can't be listed`);
  }
  const folders = new Set((await store.list(model)).map((path) => path.split('/')[0] as string));
  const pinned = await resolveCommit(store, model).catch(() => undefined);
  const versions = await Promise.all(
    [...folders].filter(isFullSha).map((sha) => openVersion(store, model, sha)),
  );
  return versions
    .map((version) => ({
      commit: version.commit,
      pinned: version.commit === pinned,
      date: version.details.author.date,
      subject: subjectOf(version.details),
      size: sizeOf(version),
    }))
    .sort((a, b) => b.date.localeCompare(a.date));
}

export interface VersionDescription extends Omit<Commit, 'tree'> {
  readonly model: string;
  readonly commit: string;
  readonly tree: string;
  readonly ingredients: Ingredients;
  readonly hyperparameters: unknown;
  readonly datasets: unknown;
  readonly metrics: unknown;
}

/** Everything that a version was made of, proven. */
export async function describeVersion(store: Store, version: Version): Promise<VersionDescription> {
  const files = await readVersion(store, version);
  const json = (path: string): unknown => {
    const bytes = files.get(path);
    return bytes && JSON.parse(bytes.toString('utf8'));
  };
  return {
    model: version.model,
    commit: version.commit,
    ...version.details,
    ingredients: ingredientsOf(version.files),
    hyperparameters: json('hyperparameters.json'),
    datasets: json('data/datasets.json'),
    metrics: json('metrics.json'),
  };
}

export function formatList(versions: readonly VersionSummary[]): string {
  return versions
    .map(({ commit, pinned, date, subject, size }) =>
      [pinned ? '*' : ' ', commit, date.slice(0, 10), formatBytes(size).padStart(8), subject].join(
        ' ',
      ),
    )
    .join('\n');
}

export function formatDescription(description: VersionDescription): string {
  const { model, commit, parents, author, message, ingredients } = description;
  const lines = [
    `model    ${model}`,
    `commit   ${commit}`,
    ...parents.map((parent) => `parent   ${parent}`),
    `author   ${author.name} <${author.email}>`,
    `date     ${author.date}`,
    '',
    ...message
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`.trimEnd()),
  ];
  for (const [kind, files] of Object.entries(ingredients)) {
    lines.push('', kind);
    for (const { path, size, digest } of files) {
      lines.push(`  ${path.padEnd(32)} ${formatBytes(size).padStart(8)}  ${digest}`);
    }
  }
  lines.push('', 'hyper-parameters', ...flatten(description.hyperparameters));
  lines.push('', ...formatScores(description.metrics));
  return lines.join('\n');
}

/** `key.of.key  value`, a line for each leaf. */
function flatten(value: unknown, prefix = ''): string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      flatten(inner, prefix ? `${prefix}.${key}` : key),
    );
  }
  return value === undefined ? [] : [`  ${prefix.padEnd(32)} ${JSON.stringify(value)}`];
}

/** The primary score on each data set, for each precision of the weights. */
function formatScores(metrics: unknown): string[] {
  const parsed = metricsSchema.safeParse(metrics);
  if (!parsed.success) {
    return ['scores', '  none recorded'];
  }
  const { primary, datasets } = parsed.data;
  const lines = Object.entries(datasets).map(([name, scores]) => {
    const values = Object.entries(scores).flatMap(([precision, score]) => {
      const value = (score as Record<string, unknown> | null)?.[primary];
      return typeof value === 'number' ? [`${precision} ${value.toFixed(4)}`] : [];
    });
    return `  ${name.padEnd(32)} ${values.join('  ')}`;
  });
  return [`scores (${primary})`, ...lines];
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

function subjectOf({ message }: Commit): string {
  return message.split('\n', 1)[0] as string;
}

function sizeOf({ files }: Version): number {
  return files.reduce((total, { size, lfs }) => total + (lfs?.size ?? size), 0);
}
