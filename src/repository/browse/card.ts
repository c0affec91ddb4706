/** Everything that the page shows of one version. */
import type { VersionCard } from '../../api/history.ts';
import type { Datasets } from '../../artifacts/datasets.ts';
import { sha256 } from '../../artifacts/digests.ts';
import { type Environment, requirementsOf } from '../../artifacts/environment.ts';
import { ingredientsOf } from '../../artifacts/ingredients.ts';
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { assertNoRetrainingMark, assertRecordMatches } from '../../artifacts/lineage.ts';
import { type Artifact, type ArtifactPath, parseArtifact } from '../../artifacts/read.ts';
import { readRequirements } from '../../artifacts/requirements.ts';
import { messageOf } from '../../version/errors.ts';
import { sizeOf } from '../../version/manifest.ts';
import type { Version } from '../../version/version.ts';
import { diffValues } from '../diff/values.ts';
import { viewProfile, viewScores } from './views.ts';

const MAX_README = 100_000;
const MAX_GOLDEN = 100;
const MAX_VALUE = 2_000;
/** Of each list: a browser shows no more in a useful time. */
const MAX_ROWS = 1_000;

/**
 * Reads a version but for its weights. A file that can't be read is a problem on the card; the others are on it
 * all the same.
 *
 * @throws what reading the bytes of a file throws.
 */
export async function readCard(version: Version): Promise<VersionCard> {
  const { commit, details } = version;
  const files = await readSmallFiles(version);
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const artifact = <P extends ArtifactPath>(path: P): Artifact<P> | undefined => {
    const bytes = files.get(path);
    return bytes && attempt(() => parseArtifact(path, bytes));
  };
  const first = <T>(what: string, rows: readonly T[]): T[] => {
    if (rows.length > MAX_ROWS) {
      problems.push(`Only the first ${MAX_ROWS} of ${rows.length} ${what} are shown`);
    }
    return rows.slice(0, MAX_ROWS);
  };
  const textOf = (path: string): string | undefined => files.get(path)?.toString('utf8');
  const datasets: Datasets = artifact('data/datasets.json') ?? [];
  const metrics = artifact('metrics.json');
  const profile = artifact('profile.json');
  const golden = artifact('golden.json')?.texts ?? [];
  return {
    commit,
    parents: details.parents,
    author: details.author.name,
    date: details.author.date,
    message: details.message,
    size: version.files.reduce((total, file) => total + sizeOf(file), 0),
    lineage: lineageOf(version, files),
    files: { ...ingredientsOf(version.files) },
    labels: Object.values(artifact('config.json')?.id2label ?? {}),
    datasets: viewDatasets(datasets, first),
    hyperparameters: first(
      'hyper-parameters',
      attempt(() => flatten(textOf('hyperparameters.json'), 'hyperparameters.json')) ?? [],
    ),
    environment: viewEnvironment(
      artifact('environment/environment.json'),
      { python: textOf('environment/.python-version'), lock: textOf(requirementsOf()) },
      first,
    ),
    primary: metrics?.primary,
    scores: metrics ? viewScores(metrics, datasets) : [],
    profile: profile && viewProfile(profile),
    golden: {
      total: golden.length,
      texts: golden.slice(0, MAX_GOLDEN).map(({ kind, text, scores }) => ({ kind, text, scores })),
    },
    readme: readmeOf(textOf('README.md')),
    problems,
  };
}

/** The rows of a list that a page shows. @param what they are, for people. */
type First = <T>(what: string, rows: readonly T[]) => T[];

function viewEnvironment(
  environment: Environment | undefined,
  {
    python,
    lock = '',
  }: { readonly python: string | undefined; readonly lock?: string | undefined },
  first: First,
): VersionCard['environment'] {
  const earlierSteps = Object.entries(environment?.earlier_steps ?? {});
  return {
    python: python?.trim(),
    command: environment?.command,
    earlierSteps: first('earlier steps', earlierSteps).map(([name, { command }]) => ({
      name,
      command,
    })),
    packages: first('packages', readRequirements(lock)).map(({ name, specifier }) => ({
      name,
      version: specifier.replace(/^==/, ''),
    })),
  };
}

function viewDatasets(datasets: Datasets, first: First): VersionCard['datasets'] {
  return first('data sets', datasets).map(({ files, ...dataset }) => ({
    ...dataset,
    files: first(`files of ${dataset.name}`, files).map(
      ({ path, role, rows, labels, languages }) => ({ path, role, rows, labels, languages }),
    ),
  }));
}

/** All but those of git-lfs: their pointers have what is shown of them. */
async function readSmallFiles(version: Version): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const { path, lfs } of version.files) {
    if (!lfs) {
      files.set(path, await version.read(path));
    }
  }
  return files;
}

const LINEAGE = {
  proven: 'Proven: the record of the training matches all ingredients and outputs.',
  listed: 'Not proven: the record has a digest for each file, which a merge can put together.',
  unrecorded: 'Not recorded: what the weights were trained from is not known.',
} as const;

function lineageOf(version: Version, files: ReadonlyMap<string, Buffer>): VersionCard['lineage'] {
  try {
    const digests = new Map(
      version.files.map(({ path, lfs }) => [path, lfs?.oid ?? sha256(files.get(path) as Buffer)]),
    );
    assertNoRetrainingMark(files);
    const state = assertRecordMatches(digests, files);
    return { state, detail: LINEAGE[state] };
  } catch (error) {
    return { state: 'broken', detail: messageOf(error) };
  }
}

/** The values of a JSON file by key, as the author wrote them. */
function flatten(text: string | undefined, origin: string): VersionCard['hyperparameters'] {
  return text === undefined
    ? []
    : diffValues({ old: undefined, new: parseJsonSource(text, { origin }) }).map(
        ({ key, new: value = '' }) => ({ key, value: value.slice(0, MAX_VALUE) }),
      );
}

function readmeOf(text: string | undefined): VersionCard['readme'] {
  return text === undefined
    ? undefined
    : { text: text.slice(0, MAX_README), isCut: text.length > MAX_README };
}
