/** `models commit`: makes a version from a working tree. */
import { digestIngredients } from '../artifacts/digests.ts';
import { describeChanges } from '../artifacts/lineage.ts';
import { isIngredient } from '../artifacts/version-files.ts';
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';
import type { TreeFile } from '../version/git-objects.ts';
import { assertListable } from '../version/manifest.ts';
import { assertComplete, assertTrainable } from './completeness.ts';
import type { Repository } from './git.ts';
import { assertIdentity } from './identity.ts';
import { explainMissingBytes } from './lfs-setup.ts';
import { listTree, listVersionFiles, readTree } from './objects.ts';
import { GitError } from './run-git.ts';
import { type Snapshot, stageWorkTree, takeSnapshot } from './snapshot.ts';

export interface CommitOptions {
  readonly message: string;
  /** Contains the data that `data/datasets.json` lists by digest. */
  readonly dataFolder: string;
  /** The command that git runs as a filter: `filter.lfs.clean`. */
  readonly lfsClean: string;
  /** Loads the model and compares its scores with `golden.json`; throws where they differ. */
  readonly checkModel: (files: ReadonlyMap<string, Buffer>) => Promise<void>;
}

/**
 * Commits the working tree, weights as git-lfs pointers, if every ingredient is present and correct, as git
 * stores it. Completes a merge that is in progress.
 *
 * @returns the full SHA.
 * @throws ModelError `unfit`, naming everything that is missing or wrong; nothing is committed then.
 */
export async function commitVersion(
  repository: Repository,
  { message, dataFolder, lfsClean, checkModel }: CommitOptions,
): Promise<string> {
  const snapshot = await takeSnapshot(repository, lfsClean);
  assertListable(snapshot.tree, await listVersionFiles(repository, snapshot.tree));
  const [missing] = snapshot.missing;
  if (missing !== undefined) {
    throw new ModelError('unfit', await explainMissingBytes(repository, missing));
  }
  await assertComplete(snapshot.files, {
    dataFolder,
    changesSinceTraining: (trainedFrom) =>
      changesSinceTraining(repository, snapshot.entries, trainedFrom),
    checkStorage: () => checkWeightsUseLfs(repository, snapshot),
  });
  await checkModel(snapshot.files);
  const staged = await stageWorkTree(repository, lfsClean);
  if (staged !== snapshot.tree) {
    throw new ModelError('unfit', 'files changed while they were checked: commit again');
  }
  // A version is listed as text: git turns a name that is in Latin-1 into UTF-8.
  const encoding = ['-c', 'i18n.commitEncoding=UTF-8'];
  await repository.gitBytes([...encoding, 'commit', '--quiet', '--file=-'], message);
  const commit = (await repository.git('rev-parse', 'HEAD')).trim();
  const tree = (await repository.git('rev-parse', 'HEAD^{tree}')).trim();
  if (tree !== snapshot.tree) {
    const where = `a hook changed the files of commit ${commit}, which are not checked: tree`;
    throw new ModelError('unfit', mismatch(where, snapshot.tree, tree));
  }
  return commit;
}

/**
 * Checks what can be checked before the training, of which `commitVersion` would refuse the version after it.
 *
 * @throws ModelError `unfit` with a line for each problem; `tool-failed` where git does not know who commits.
 */
export async function assertReadyToTrain(
  repository: Repository,
  snapshot: Snapshot,
): Promise<void> {
  await assertIdentity(repository.git);
  await assertTrainable(snapshot.files, {
    checkStorage: () => checkWeightsUseLfs(repository, snapshot),
  });
}

/**
 * What has changed since the commit of which the weights were trained.
 *
 * @param trainedFrom the digest of the ingredients that training recorded.
 * @returns undefined where no recent commit has these ingredients.
 */
async function changesSinceTraining(
  repository: Repository,
  entries: readonly TreeFile[],
  trainedFrom: string,
): Promise<string | undefined> {
  for (const commit of await recentCommits(repository)) {
    const before = (await listTree(repository, commit)).filter(
      ({ path, mode }) => isIngredient(path) && mode.startsWith('100'),
    );
    const { files } = await readTree(repository, before);
    if (digestIngredients(files) === trainedFrom) {
      const after = entries.filter(({ path }) => isIngredient(path));
      return `${describeChanges(blobsOf(before), blobsOf(after)).join(', ')} (commit ${commit})`;
    }
  }
  return undefined;
}

const MAX_COMMITS = 20;

/** The newest commits before the next one; none in a new repository. */
async function recentCommits({ git }: Repository): Promise<readonly string[]> {
  for (const tips of [['HEAD', 'MERGE_HEAD'], ['HEAD']]) {
    try {
      const commits = await git('rev-list', `--max-count=${MAX_COMMITS}`, ...tips, '--');
      return commits.split('\n').filter(Boolean);
    } catch (error) {
      // There is no such revision.
      if (!(error instanceof GitError)) {
        throw error;
      }
    }
  }
  return [];
}

function blobsOf(entries: readonly TreeFile[]): ReadonlyMap<string, string> {
  return new Map(entries.map(({ path, blob }) => [path, blob]));
}

async function checkWeightsUseLfs(
  { git }: Repository,
  { entries, files }: Snapshot,
): Promise<string[]> {
  const path = 'model.onnx';
  const attribute = await git('check-attr', '-z', 'filter', path);
  if (attribute.split('\0')[2] !== 'lfs') {
    return [`.gitattributes: ${path} is not for git-lfs; \`models init\` adds the missing line`];
  }
  const stored = entries.find((entry) => entry.path === path)?.size;
  if (stored !== undefined && stored === files.get(path)?.byteLength) {
    return [
      `${path}: expected a git-lfs pointer in git, found its ${stored} bytes: it was staged without ` +
        `git-lfs; \`git rm --cached ${path}\`, then commit again`,
    ];
  }
  return [];
}
