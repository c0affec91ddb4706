/** The history of the model: a page, its commits, the card of a version, and what it changed. */
import type { LiveVersions, ModelHistory, VersionCard, VersionChanges } from '../../api/history.ts';
import type { Operation } from '../../api/operation.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { ProblemCode } from '../../api/problem.ts';
import { KnownError } from '../../errors.ts';
import { ProblemError } from '../../serving/problem.ts';
import { limitConcurrency } from '../middleware/limit-concurrency.ts';
import type { Resource } from '../resource.ts';

/** Where the history is read from. Its errors are KnownErrors of a store. */
export interface HistorySource {
  readHistory(): Promise<ModelHistory>;
  readCard(commit: string): Promise<VersionCard>;
  /** @param since the version before; the first parent where it is undefined. */
  readChanges(commit: string, since: string | undefined): Promise<VersionChanges>;
}

export interface HistoryOptions {
  readonly history: HistorySource;
  /** Which servers serve which version. */
  readonly live: () => Promise<LiveVersions>;
}

/** Each runs git and reads files. */
const MAX_READS = 8;

export function historyRoutes({ history, live }: HistoryOptions): Resource[] {
  const read = (
    operation: Operation,
    answer: (commit: string, since: string | undefined) => Promise<object>,
  ): Resource => ({
    operation,
    handlers: [
      limitConcurrency(MAX_READS, refuseRead, async (req, res) => {
        const since = new URL(req.originalUrl, 'http://localhost').searchParams.get('since');
        res.setHeader('cache-control', 'no-store');
        res.json(await answer(String(req.params.sha), since ?? undefined).catch(asProblem));
      }),
    ],
  });
  return [
    read(OPERATIONS.history, () => history.readHistory()),
    read(OPERATIONS.liveVersions, live),
    read(OPERATIONS.versionCard, (commit) => history.readCard(commit)),
    read(OPERATIONS.versionChanges, (commit, since) => history.readChanges(commit, since)),
  ];
}

/** By the code of a store's error. */
const PROBLEM_CODES: Readonly<Record<string, ProblemCode>> = {
  'not-found': 'unknown-version',
  'bad-reference': 'unknown-version',
  'not-proven': 'version-unreadable',
  unfit: 'version-unreadable',
  'access-denied': 'store-failed',
  'store-refused': 'store-failed',
  'store-unavailable': 'store-failed',
  'tool-failed': 'store-failed',
};

function asProblem(error: unknown): never {
  const code = error instanceof KnownError ? PROBLEM_CODES[error.code] : undefined;
  throw code === undefined ? error : new ProblemError(code, (error as KnownError).message);
}

function refuseRead(): never {
  throw new ProblemError(
    'too-many-downloads',
    `At most ${MAX_READS} parts of the history are read at once; try again later`,
    1,
  );
}
