/** `drift --server`: compares what a running server has observed with its version's profile or normal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsoleData, consoleDataSchema } from '../../api/console.ts';
import { fetchFailureReason } from '../../errors.ts';
import { fetchText } from '../../fetch-text.ts';
import type { Counts, Profile } from '../profile.ts';
import type { ReferenceKind } from '../reference.ts';
import { DriftError } from './drift-error.ts';
import { readExposition } from './exposition.ts';
import { predictionOf } from './log-line.ts';
import { createPredictionBins, type PredictionBins } from './prediction-bins.ts';
import { type DriftReport, judge } from './report.ts';

const TIMEOUT_MS = 15_000;

export interface ServerOptions {
  /** Threshold of the stability index. */
  readonly threshold: number;
  readonly apiKey: string | undefined;
  readonly reference: ReferenceKind;
  /** How long to observe the server, in milliseconds; undefined: since its start. */
  readonly windowMs: number | undefined;
}

/**
 * Reports over what a running server observes: since it loaded its version, or from now on for some time.
 *
 * @param url `http://host:port`
 * @param untilEnd resolves when the time to observe is over.
 * @throws DriftError where the server can't be reached, serves no model, another one at the end, or one
 * without a reference.
 */
export async function driftOfServer(
  url: string,
  { threshold, apiKey, reference, windowMs }: ServerOptions,
  untilEnd: (ms: number) => Promise<unknown> = sleep,
): Promise<DriftReport> {
  const base = url.replace(/(?<!\/)\/+$/, '');
  const started = Date.now();
  const start = windowMs === undefined ? undefined : await readServer(base, apiKey);
  if (windowMs !== undefined) {
    await untilEnd(windowMs);
  }
  const { model, profile, normal, counts, startedAt } = await readServer(base, apiKey);
  if (start && (start.model.commit !== model.commit || start.startedAt !== startedAt)) {
    throw new DriftError(
      `${base} was restarted or serves another version than before: ${model.commit}`,
    );
  }
  const compared = reference === 'normal' ? normal : profile;
  if (compared.texts === 0) {
    const missing = reference === 'normal' ? 'no baseline (BASELINES)' : 'no profile.json';
    throw new DriftError(
      `${model.commit} has ${missing}: there is nothing to compare traffic with`,
    );
  }
  const latest = await readLatest(base, { apiKey, profile: compared, commit: model.commit });
  const from = start ? started : startedAt === undefined ? undefined : startedAt * 1000;
  return {
    source: {
      kind: 'server',
      url: base,
      window_seconds: windowMs === undefined ? null : windowMs / 1000,
    },
    model: model.name,
    commit: model.commit,
    tag: model.tag ?? null,
    from: from === undefined ? null : new Date(from).toISOString(),
    to: new Date().toISOString(),
    threshold,
    reference,
    windows: [],
    ...judge(
      compared,
      {
        counts: start ? difference(counts, start.counts) : counts,
        samplesOf: latest.bins.samplesOf,
      },
      threshold,
    ),
    texts: latest.isAllowed ? latest.bins.textsInLog() : 'refused',
    other_commits: [],
  };
}

async function readServer(base: string, apiKey: string | undefined) {
  const { model, ...exposition } = readExposition(await get(`${base}/metrics`, apiKey));
  if (!model) {
    throw new DriftError(
      `${base}/metrics names no model: none is loaded, or it is not a server of this project`,
    );
  }
  return { ...exposition, model };
}

function difference(end: Counts, start: Counts): Counts {
  return Object.fromEntries(
    Object.entries(end).map(([feature, bins]) => [
      feature,
      bins.map((count, i) => count - (start[feature]?.[i] ?? 0)),
    ]),
  );
}

/** The latest predictions, for examples only: the counts of the report are those of the metrics. */
async function readLatest(
  base: string,
  { apiKey, profile, commit }: { apiKey: string | undefined; profile: Profile; commit: string },
): Promise<{ bins: PredictionBins; isAllowed: boolean }> {
  const bins = createPredictionBins(profile);
  const predictions = await get(`${base}/console/data`, apiKey).then(
    readPredictions,
    () => undefined,
  );
  // The newest come first.
  for (const { at, ...line } of predictions?.toReversed() ?? []) {
    const prediction = predictionOf(line, new Date(at * 1000).toISOString());
    if (prediction?.commit === commit) {
      bins.add(prediction);
    }
  }
  return { bins, isAllowed: predictions !== undefined };
}

/** Undefined where the body is something else: the report then has no examples. */
function readPredictions(body: string): ConsoleData['predictions'] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  return consoleDataSchema.pick({ predictions: true }).safeParse(json).data?.predictions;
}

/** @throws DriftError where no response comes, or one with another status than 200. */
async function get(url: string, apiKey: string | undefined): Promise<string> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const answer = await fetchText(url, { headers, timeoutMs: TIMEOUT_MS }).catch((cause) => {
    throw new DriftError(`${url} can't be reached (${fetchFailureReason(cause)})`, { cause });
  });
  if (answer.status !== 200) {
    throw new DriftError(`${url} answers ${answer.status}`);
  }
  return answer.text;
}
