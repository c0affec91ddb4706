/** What `models list` and `models show` find out about versions. */
import { type Ingredients, ingredientsOf } from '../artifacts/ingredients.ts';
import { type Metrics, servedScores } from '../artifacts/metrics.ts';
import { readArtifact, readRawJson } from '../artifacts/read.ts';
import { ModelError } from '../version/errors.ts';
import { type Commit, isFullSha } from '../version/git-objects.ts';
import { MANIFEST_FILE, sizeOf } from '../version/manifest.ts';
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
  /** The primary score of the served weights, by data set; empty where no scores are recorded. */
  readonly scores: Readonly<Record<string, number>>;
}

/**
 * The complete versions in a store, newest first.
 *
 * @param tags of the repository, by full SHA; a version without one has the tag it was published with.
 * @throws ModelError where the store can't be listed.
 */
export async function listVersions(
  store: Store,
  model: string,
  tags: ReadonlyMap<string, string>,
): Promise<VersionSummary[]> {
  if (!store.list) {
    throw new ModelError(
      'bad-reference',
      `${store.location} can't be listed, since a web server lists no files: name a version, as in ` +
        '`models show <sha>`',
    );
  }
  const paths = await store.list(model);
  const folders = new Set(paths.map((path) => path.split('/')[0] as string));
  const pinned = await resolveCommit(store, model).catch(ifModelError(undefined));
  const summaries = await Promise.all(
    [...folders].filter(isFullSha).map(async (sha) => {
      // `commit.json` is written last: without it, a version is being published, or publishing was interrupted.
      if (!paths.includes(`${sha}/${MANIFEST_FILE}`)) {
        return [];
      }
      const version = await openVersion(store, model, sha);
      const tag = tags.get(sha) ?? (await readTag(store, model, sha));
      return [await summarise(version, { tag, isPinned: sha === pinned })];
    }),
  );
  return summaries.flat().sort((a, b) => b.date.localeCompare(a.date));
}

async function summarise(
  version: Version,
  { tag, isPinned }: { readonly tag: string | undefined; readonly isPinned: boolean },
): Promise<VersionSummary> {
  const { commit, details, files } = version;
  return {
    commit,
    pinned: isPinned,
    tag,
    date: details.author.date,
    subject: details.message.split('\n', 1)[0] as string,
    size: files.reduce((total, file) => total + sizeOf(file), 0),
    scores: primaryScores(await readMetrics(version)),
  };
}

export interface VersionDescription extends Omit<Commit, 'tree'> {
  readonly model: string;
  readonly commit: string;
  readonly tree: string;
  readonly ingredients: Ingredients;
  /** As recorded. */
  readonly hyperparameters: unknown;
  readonly datasets: unknown;
  readonly environment: unknown;
  readonly metrics: Metrics | undefined;
  /** What is recorded in another form than this program reads, and why it can't be read. */
  readonly notes: readonly string[];
}

/** Everything that a version was made of. The store may have no more than the pointer of the weights. */
export async function describeVersion(version: Version): Promise<VersionDescription> {
  const notes: string[] = [];
  const note = (error: unknown): undefined => {
    if (!(error instanceof ModelError)) {
      throw error;
    }
    notes.push(error.message);
  };
  const metrics = await readArtifact(version, 'metrics.json').catch(note);
  await readArtifact(version, 'data/datasets.json').catch(note);
  return {
    model: version.model,
    commit: version.commit,
    ...version.details,
    ingredients: ingredientsOf(version.files),
    hyperparameters: await readRawJson(version, 'hyperparameters.json'),
    datasets: await readRawJson(version, 'data/datasets.json'),
    environment: await readRawJson(version, 'environment/environment.json'),
    metrics,
    notes,
  };
}

/** Early versions recorded less than a version must have now; they are listed without scores. */
function readMetrics(version: Version): Promise<Metrics | undefined> {
  return readArtifact(version, 'metrics.json').catch(ifModelError(undefined));
}

function primaryScores(metrics: Metrics | undefined): Record<string, number> {
  return Object.fromEntries(
    metrics
      ? [...servedScores(metrics)].map(([name, scores]) => [name, scores[metrics.primary]])
      : [],
  );
}

/** The value instead of a ModelError; any other error is thrown on. */
function ifModelError<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ModelError) {
      return value;
    }
    throw error;
  };
}
