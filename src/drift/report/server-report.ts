/** `drift --server`: compares what a running server has observed with its version's profile. */

import { type ConsoleData, consoleDataSchema } from '../../api/console.ts';
import { fetchFailureReason } from '../../errors.ts';
import type { Profile } from '../profile.ts';
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
}

/**
 * Reports over what a running server has observed since it loaded its version.
 *
 * @param url `http://host:port`
 * @throws DriftError where the server can't be reached, or serves no model, or one without a profile.
 */
export async function driftOfServer(
  url: string,
  { threshold, apiKey }: ServerOptions,
): Promise<DriftReport> {
  const base = url.replace(/(?<!\/)\/+$/, '');
  const exposition = await get(`${base}/metrics`, apiKey);
  const { model, profile, counts, startedAt } = readExposition(exposition);
  if (!model) {
    throw new DriftError(
      `${base}/metrics names no model: none is loaded, or it is not a server of this project`,
    );
  }
  if (profile.texts === 0) {
    throw new DriftError(
      `${model.commit} has no profile.json: there is nothing to compare traffic with`,
    );
  }
  const latest = await readLatest(base, { apiKey, profile, commit: model.commit });
  return {
    source: { kind: 'server', url: base },
    model: model.name,
    commit: model.commit,
    tag: model.tag ?? null,
    from: startedAt === undefined ? null : new Date(startedAt * 1000).toISOString(),
    to: new Date().toISOString(),
    threshold,
    ...judge(profile, { counts, samplesOf: latest.bins.samplesOf }, threshold),
    texts: latest.isAllowed ? latest.bins.textsInLog() : 'refused',
    other_commits: [],
  };
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
  let status: number;
  let body: string;
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = response.status;
    body = await response.text();
  } catch (error) {
    throw new DriftError(`${url} can't be reached (${fetchFailureReason(error)})`, {
      cause: error,
    });
  }
  if (status !== 200) {
    throw new DriftError(`${url} answers ${status}`);
  }
  return body;
}
