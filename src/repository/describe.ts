/** `models list | show | verify`: what the commands find out, and how they tell it. */

import { parseDatasets } from '../artifacts/datasets.ts';
import { type Ingredients, ingredientsOf } from '../artifacts/ingredients.ts';
import { type Metrics, readMetrics, servedScores } from '../artifacts/metrics.ts';
import { readJson } from '../artifacts/read.ts';
import { formatBytes } from '../terminal/numbers.ts';
import { ModelError } from '../version/errors.ts';
import type { Commit } from '../version/git-objects.ts';
import { isFullSha } from '../version/git-objects.ts';
import { sizeOf } from '../version/manifest.ts';
import type { Store } from '../version/stores/store.ts';
import { readTag } from '../version/tag.ts';
import { openVersion, resolveCommit, type Version } from '../version/version.ts';

export interface VersionSummary {
  readonly commit: string;
  readonly pinned: boolean;
  readonly tag: string | undefined;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  /** Bytes of all files. */
  readonly size: number;
  /** The primary score of the weights that are served, by data set; none where none are recorded. */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * The versions that a store holds, newest first.
 *
 * @param tags by full SHA; of a version that has none here, the tag it was published under is told.
 * @throws ModelError where the store can't be listed.
 */
export async function listVersions(
  store: Store,
  model: string,
  tags: ReadonlyMap<string, string>,
): Promise<VersionSummary[]> {
  if (!store.list) {
    throw new ModelError('bad-reference', `${store.location} can't be listed`);
  }
  const folders = new Set((await store.list(model)).map((path) => path.split('/')[0] as string));
  const pinned = await resolveCommit(store, model).catch(() => undefined);
  const versions = await Promise.all(
    [...folders].filter(isFullSha).map((sha) => openVersion(store, model, sha)),
  );
  const summaries = await Promise.all(
    versions.map(async (version) => ({
      commit: version.commit,
      pinned: version.commit === pinned,
      tag: tags.get(version.commit) ?? (await readTag(store, model, version.commit)),
      date: version.details.author.date,
      subject: subjectOf(version.details),
      size: totalSize(version),
      scores: await primaryScores(version),
    })),
  );
  return summaries.sort((a, b) => b.date.localeCompare(a.date));
}

export interface VersionDescription extends Omit<Commit, 'tree'> {
  readonly model: string;
  readonly commit: string;
  readonly tree: string;
  readonly ingredients: Ingredients;
  readonly hyperparameters: unknown;
  readonly datasets: unknown;
  readonly environment: unknown;
  readonly metrics: Metrics | undefined;
}

/** Everything that a version was made of. The weights need not be at hand. */
export async function describeVersion(version: Version): Promise<VersionDescription> {
  return {
    model: version.model,
    commit: version.commit,
    ...version.details,
    ingredients: ingredientsOf(version.files),
    hyperparameters: await readJson(version, 'hyperparameters.json'),
    datasets: await readJson(version, 'data/datasets.json'),
    environment: await readJson(version, 'environment/environment.json'),
    metrics: await readMetrics(version).catch(() => undefined),
  };
}

/** Older versions may have recorded less than a version has to today: they are listed all the same. */
async function primaryScores(version: Version): Promise<Record<string, number>> {
  const metrics = await readMetrics(version).catch(() => undefined);
  return Object.fromEntries(
    metrics
      ? [...servedScores(metrics)].map(([name, scores]) => [name, scores[metrics.primary]])
      : [],
  );
}

export function formatList(versions: readonly VersionSummary[]): string {
  const tagWidth = Math.max(0, ...versions.map(({ tag = '' }) => tag.length));
  return versions
    .map(({ commit, pinned, tag = '', date, subject, size, scores }) =>
      [
        [
          pinned ? '*' : ' ',
          commit,
          tag.padEnd(tagWidth),
          date.slice(0, 10),
          formatBytes(size).padStart(8),
          subject,
        ].join(' '),
        ...Object.entries(scores).map(([name, score]) => `    ${name} ${score.toFixed(4)}`),
      ].join('\n'),
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
  lines.push('', 'data', ...formatDatasets(description.datasets));
  lines.push('', 'hyper-parameters', ...flatten(description.hyperparameters));
  lines.push('', 'training', ...flatten(description.environment));
  lines.push('', ...formatScores(description.metrics));
  return lines.join('\n');
}

/** Which texts, how many, in which languages, with which labels. */
function formatDatasets(datasets: unknown): string[] {
  try {
    return parseDatasets(datasets).flatMap(({ files }) =>
      files.map(({ path, role, rows, labels, languages }) => {
        const counts = Object.entries({ ...languages, ...labels });
        const told = counts.map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
        return `  ${path.padEnd(32)} ${role.padEnd(5)} ${`${rows.toLocaleString('en')} rows`.padStart(11)}  ${told.join(', ')}`;
      }),
    );
  } catch {
    return ['  none recorded'];
  }
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
function formatScores(metrics: Metrics | undefined): string[] {
  if (!metrics) {
    return ['scores', '  none recorded'];
  }
  const lines = Object.entries(metrics.datasets).map(([name, { fp32, int8 }]) => {
    const values = Object.entries({ fp32, int8 }).map(([precision, scores]) =>
      scores ? `${precision} ${scores[metrics.primary].toFixed(4)}` : '',
    );
    return `  ${name.padEnd(32)} ${values.join('  ').trim()}`;
  });
  return [`scores (${metrics.primary})`, ...lines];
}

function subjectOf({ message }: Commit): string {
  return message.split('\n', 1)[0] as string;
}

function totalSize({ files }: Version): number {
  return files.reduce((total, file) => total + sizeOf(file), 0);
}
