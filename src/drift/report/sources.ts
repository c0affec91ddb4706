/** `drift`: holds the predictions of a log, or of a running server, against a version's profile. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ConsoleData, consoleDataSchema } from '../../api/console.ts';
import { KnownError } from '../../errors.ts';
import { createLineBuffer, eachLine } from '../../logs/lines.ts';
import { ModelError } from '../../version/errors.ts';
import type { Profile } from '../profile.ts';
import { type Collector, createCollector, type TextsSeen } from './bin-samples.ts';
import { readExposition } from './exposition.ts';
import { type LoggedPrediction, predictionOf, readLine } from './log-line.ts';
import { type DriftReport, judge, type LineCounts } from './report.ts';

const CHUNK_BYTES = 256 * 1024;
const TIMEOUT_MS = 15_000;

/** Why there is no report; its message is for the person who asked for it. */
export class DriftError extends KnownError<'no-report'> {
  override readonly name = 'DriftError';

  constructor(message: string, options?: ErrorOptions) {
    super('no-report', message, options);
  }
}

/** What predictions are held against. */
export interface Reference {
  readonly profile: Profile;
  readonly tag: string | undefined;
}

export interface LogOptions {
  /** Threshold of the stability index. */
  readonly threshold: number;
  /** Milliseconds since 1970; predictions before are left out. */
  readonly since: number | undefined;
  /** The version to report; undefined: the one of the newest prediction. */
  readonly commit: string | undefined;
  /** The name of the model whose versions these are. */
  readonly model: string;
  /** @throws ModelError where the version or its profile can't be had. */
  readonly findReference: (commit: string) => Promise<Reference>;
  /** Share of the bytes that have been read, 0 to 1; never called for standard input. */
  readonly onProgress: (share: number) => void;
}

/** The predictions of one version. */
interface Group {
  predictions: number;
  from: string;
  to: string;
  /** Undefined where only the number is asked for, or the reference can't be had. */
  readonly collected:
    | { readonly reference: Reference; readonly collector: Collector }
    | { readonly error: ModelError }
    | undefined;
}

/**
 * Reports over log files, line by line, in memory that does not grow with them.
 *
 * @param files in any order; `-` is standard input.
 * @throws DriftError where they are no log, or hold no prediction of the version that was asked for;
 * ModelError where its profile can't be had; the system's error where a file can't be read.
 */
export async function driftOfLogs(
  files: readonly string[],
  options: LogOptions,
): Promise<DriftReport> {
  const { threshold, since, model, onProgress } = options;
  const groups = new Map<string, Group>();
  const lines = { predictions: 0, earlier: 0, unreadable: 0, event: 0, foreign: 0, blank: 0 };
  const sinceTime = since === undefined ? '' : new Date(since).toISOString();

  for await (const bytes of wholeLinesOf(files, onProgress)) {
    for (const line of split(bytes)) {
      const read = readLine(line);
      if (read.kind !== 'prediction') {
        lines[read.kind]++;
      } else if (read.prediction.timestamp < sinceTime) {
        lines.earlier++;
      } else {
        lines.predictions++;
        const { prediction } = read;
        const group = groups.get(prediction.commit) ?? (await beginGroup(prediction, options));
        groups.set(prediction.commit, group);
        count(group, prediction);
      }
    }
  }

  const commit = options.commit ?? newestOf(groups);
  const group = commit === undefined ? undefined : groups.get(commit);
  const others = [...groups]
    .filter(([other]) => other !== commit)
    .map(([other, { predictions }]) => ({ commit: other, predictions }));
  const { event: events, blank: _, ...counted } = lines;
  const source = { kind: 'log', files, lines: { ...counted, events } } as const;
  if (!group) {
    refuseWithout(commit, others, source);
  }
  const collected = group?.collected;
  if (collected && 'error' in collected) {
    throw collected.error;
  }
  return {
    source,
    model,
    commit: commit ?? null,
    tag: collected?.reference.tag ?? null,
    from: group?.from ?? null,
    to: group?.to ?? null,
    threshold,
    ...(collected ? judge(collected.reference.profile, collected.collector, threshold) : NOTHING),
    predictions: group?.predictions ?? 0,
    texts: collected?.collector.textsSeen() ?? 'none',
    other_commits: others.sort((a, b) => b.predictions - a.predictions),
  };
}

const NOTHING = { drifted: false, features: [], foreign_languages: [], examples: [] } as const;

/** @throws DriftError where it is no quiet time, but not what was meant. */
function refuseWithout(
  commit: string | undefined,
  others: readonly { commit: string; predictions: number }[],
  { files, lines }: { files: readonly string[]; lines: LineCounts },
): void {
  const names = files.map((file) => (file === '-' ? 'standard input' : file)).join(', ');
  if (commit !== undefined && others.length > 0) {
    const held = others.map((other) => `${other.commit} (${other.predictions})`).join(', ');
    throw new DriftError(`${names}: no prediction of ${commit}, but of ${held}`);
  }
  const { earlier, events, unreadable, foreign } = lines;
  if (unreadable + foreign > 0 && earlier + events === 0) {
    throw new DriftError(
      unreadable > 0
        ? `${names}: none of ${unreadable} predictions has every field that is needed`
        : `${names}: no prediction log, which has one JSON object with an event a line`,
    );
  }
}

async function beginGroup(
  { commit, timestamp }: LoggedPrediction,
  options: LogOptions,
): Promise<Group> {
  const collected =
    options.commit === undefined || options.commit === commit
      ? await options.findReference(commit).then(
          (reference) => ({ reference, collector: createCollector(reference.profile) }),
          (error: unknown) => {
            // Only an error if it turns out to be the version that is reported.
            if (error instanceof ModelError) {
              return { error };
            }
            throw error;
          },
        )
      : undefined;
  return { predictions: 0, from: timestamp, to: timestamp, collected };
}

function count(group: Group, prediction: LoggedPrediction): void {
  const { timestamp } = prediction;
  group.predictions++;
  group.from = timestamp < group.from ? timestamp : group.from;
  group.to = timestamp > group.to ? timestamp : group.to;
  if (group.collected && 'collector' in group.collected) {
    group.collected.collector.add(prediction);
  }
}

function newestOf(groups: ReadonlyMap<string, Group>): string | undefined {
  return [...groups].sort(([, a], [, b]) => (a.to < b.to ? 1 : -1))[0]?.[0];
}

/** In bytes; NaN for standard input. @throws DriftError for a folder. */
async function sizeOf(file: string): Promise<number> {
  if (file === '-') {
    return Number.NaN;
  }
  const found = await stat(file);
  if (found.isDirectory()) {
    throw new DriftError(`${file} is a folder; name the log file in it`);
  }
  return found.size;
}

function split(bytes: Buffer): string[] {
  const lines: string[] = [];
  eachLine(bytes, (line) => lines.push(line));
  return lines;
}

/** Whole lines, many at a time. */
async function* wholeLinesOf(
  files: readonly string[],
  onProgress: (share: number) => void,
): AsyncGenerator<Buffer> {
  const sizes = await Promise.all(files.map(sizeOf));
  // Nobody knows how much is still to come from standard input: NaN.
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let doneBytes = 0;
  for (const file of files) {
    const stream =
      file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
    const buffer = createLineBuffer();
    for await (const chunk of stream) {
      yield buffer.push(chunk as Buffer);
      doneBytes += (chunk as Buffer).byteLength;
      if (totalBytes > 0) {
        onProgress(Math.min(1, doneBytes / totalBytes));
      }
    }
    yield buffer.rest();
  }
}

/**
 * Reports over what a running server has observed since it loaded its version.
 *
 * @param url `http://host:port`
 * @throws DriftError where it can't be asked, serves no model, or one without a profile.
 */
export async function driftOfServer(
  url: string,
  { threshold, apiKey }: { threshold: number; apiKey: string | undefined },
): Promise<DriftReport> {
  const base = url.replace(/\/+$/, '');
  const exposition = await get(`${base}/metrics`, apiKey);
  const { model, profile, counts, startedAt } = readExposition(exposition);
  if (!model) {
    throw new DriftError(
      `${base}/metrics tells of no model: none is loaded, or it is no such server`,
    );
  }
  if (profile.texts === 0) {
    throw new DriftError(
      `${model.commit} has no profile.json: there is nothing to hold traffic against`,
    );
  }
  const { collector, texts } = await collectTexts(base, { apiKey, profile, commit: model.commit });
  return {
    source: { kind: 'server', url: base },
    model: model.name,
    commit: model.commit,
    tag: model.tag ?? null,
    from: startedAt === undefined ? null : new Date(startedAt * 1000).toISOString(),
    to: new Date().toISOString(),
    threshold,
    ...judge(profile, { counts, samplesOf: collector.samplesOf }, threshold),
    texts,
    other_commits: [],
  };
}

/** The last predictions, which the console shows too; counts come from the metrics alone. */
async function collectTexts(
  base: string,
  { apiKey, profile, commit }: { apiKey: string | undefined; profile: Profile; commit: string },
): Promise<{ collector: Collector; texts: TextsSeen | 'refused' }> {
  const collector = createCollector(profile);
  const predictions = await get(`${base}/console/data`, apiKey).then(
    readPredictions,
    () => undefined,
  );
  // The newest come first.
  for (const { at, ...line } of predictions?.toReversed() ?? []) {
    const prediction = predictionOf(line, new Date(at * 1000).toISOString());
    if (prediction?.commit === commit) {
      collector.add(prediction);
    }
  }
  return { collector, texts: predictions ? collector.textsSeen() : 'refused' };
}

/** Undefined where the body is something else: it only adds examples. */
function readPredictions(body: string): ConsoleData['predictions'] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  return consoleDataSchema.pick({ predictions: true }).safeParse(json).data?.predictions;
}

/** @throws DriftError where no body comes, or one of an error. */
async function get(url: string, apiKey: string | undefined): Promise<string> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  let status: number;
  let body: string;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = response.status;
    body = await response.text();
  } catch (error) {
    // `fetch` hides the system's error in the cause of its own.
    const { name, message, cause } = error as Error & {
      cause?: { code?: string; message?: string };
    };
    const reason = name === 'TimeoutError' ? 'timeout' : (cause?.code ?? cause?.message ?? message);
    throw new DriftError(`${url} can't be reached (${reason})`, { cause: error });
  }
  if (status !== 200) {
    throw new DriftError(`${url} answers ${status}`);
  }
  return body;
}
