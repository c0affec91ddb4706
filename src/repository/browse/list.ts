/** The commits of a model as the page lists them. */
import type { ModelHistory } from '../../api/history.ts';
import type { Metrics } from '../../artifacts/metrics.ts';
import { parseArtifact, readArtifact } from '../../artifacts/read.ts';
import { messageOf } from '../../version/errors.ts';
import { isFullSha } from '../../version/git-objects.ts';
import { MANIFEST_FILE } from '../../version/manifest.ts';
import type { Store } from '../../version/stores/store.ts';
import { readTag } from '../../version/tag.ts';
import { openVersion, resolveCommit } from '../../version/version.ts';
import type { Repository } from '../git.ts';
import { readHistory } from '../history.ts';
import { readObjectsIfPresent } from '../objects.ts';
import {
  chooseScores,
  type DecisiveScores,
  decisiveScores,
  type ListedCommit,
} from './list-scores.ts';

export interface Listing extends Pick<ModelHistory, 'commits' | 'score'> {
  readonly notes: readonly string[];
}

/** Metrics that git prints at once. */
const BATCH = 500;
const MAX_COMMITS = 5_000;
/** Versions of a store without a repository: each is opened. */
const MAX_STORED = 200;

/** By commit; a commit never changes. */
export type KnownScores = Map<string, DecisiveScores | undefined>;

/** @param known scores that were read before; new ones are added. */
export async function listRepository(repository: Repository, known: KnownScores): Promise<Listing> {
  const { commits, isComplete } = await readHistory(repository, {
    all: true,
    maxCommits: MAX_COMMITS,
  });
  const unknown = commits.filter(({ commit, isVersion }) => isVersion && !known.has(commit));
  for (let at = 0; at < unknown.length; at += BATCH) {
    const batch = unknown.slice(at, at + BATCH);
    const names = batch.map(({ commit }) => `${commit}:metrics.json`);
    const metrics = await readObjectsIfPresent(repository, 'blob', names);
    for (const [index, { commit }] of batch.entries()) {
      known.set(commit, decisiveScores(parseMetrics(metrics[index]?.content)));
    }
  }
  return {
    ...chooseScores(
      commits.map(({ branch: _, ...commit }) => commit),
      known,
    ),
    notes: isComplete ? [] : [`Only the newest ${MAX_COMMITS} commits are listed.`],
  };
}

/** The versions of a store: their commits, without those between them. */
export async function listStore(store: Store, model: string): Promise<Listing> {
  const { shas, notes } = await findVersions(store, model);
  const commits: ListedCommit[] = [];
  const scores: KnownScores = new Map();
  for (const sha of shas) {
    try {
      commits.push(await describeStored(store, model, sha, scores));
    } catch (error) {
      notes.push(`${sha} can’t be read: ${messageOf(error)}`);
    }
  }
  return { ...chooseScores(parentsLast(commits), scores), notes };
}

async function findVersions(
  store: Store,
  model: string,
): Promise<{ shas: readonly string[]; notes: string[] }> {
  if (!store.list) {
    const pinned = await resolveCommit(store, model);
    return {
      shas: [pinned],
      notes: ['The store can’t be listed: only its pinned version is shown.'],
    };
  }
  const shas = (await store.list(model)).flatMap((path) => {
    const [folder = '', file] = path.split('/');
    // `commit.json` is written last.
    return file === MANIFEST_FILE && isFullSha(folder) ? [folder] : [];
  });
  return shas.length > MAX_STORED
    ? { shas: shas.slice(0, MAX_STORED), notes: [`Only ${MAX_STORED} versions are listed.`] }
    : { shas, notes: [] };
}

async function describeStored(
  store: Store,
  model: string,
  sha: string,
  scores: KnownScores,
): Promise<ListedCommit> {
  const version = await openVersion(store, model, sha);
  const { author, message, parents } = version.details;
  const tag = await readTag(store, model, sha);
  const metrics = await readArtifact(version, 'metrics.json').catch((error: unknown) => {
    messageOf(error);
    return undefined;
  });
  scores.set(sha, decisiveScores(metrics));
  return {
    ...{ commit: sha, parents, author: author.name, date: author.date },
    ...{ subject: subjectOf(message), tags: tag === undefined ? [] : [tag], branches: [] },
    isVersion: true,
  };
}

function subjectOf(message: string): string {
  return (message.trim().split(/\n\s*\n/, 1)[0] as string).replaceAll('\n', ' ');
}

/** Newest first; a commit before its parents whatever their dates. */
function parentsLast(commits: readonly ListedCommit[]): ListedCommit[] {
  const byDate = commits.toSorted((a, b) => b.date.localeCompare(a.date));
  const children = new Map<string, number>();
  for (const parent of byDate.flatMap(({ parents }) => parents)) {
    children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const ordered: ListedCommit[] = [];
  const waiting = [...byDate];
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ commit }) => (children.get(commit) ?? 0) === 0);
    const [commit] = waiting.splice(Math.max(next, 0), 1) as [ListedCommit];
    for (const parent of commit.parents) {
      children.set(parent, (children.get(parent) ?? 1) - 1);
    }
    ordered.push(commit);
  }
  return ordered;
}

/** Undefined for what is missing, or no metrics: the card of the version has the reason. */
function parseMetrics(bytes: Buffer | undefined): Metrics | undefined {
  try {
    return bytes && parseArtifact('metrics.json', bytes);
  } catch (error) {
    messageOf(error);
    return undefined;
  }
}
