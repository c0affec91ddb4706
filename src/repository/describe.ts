/** What `models show` finds out about a version. */
import { type Ingredients, ingredientsOf } from '../artifacts/ingredients.ts';
import type { Metrics } from '../artifacts/metrics.ts';
import { readArtifact, readRawJson } from '../artifacts/read.ts';
import { ModelError } from '../version/errors.ts';
import type { Commit } from '../version/git-objects.ts';
import type { Version } from '../version/version.ts';

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
