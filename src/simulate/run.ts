/**
 * Sends traffic at a fixed rate that does not depend on the answers (an open loop): a server that falls
 * behind gets no relief, and its latencies are those that users would see.
 */
import { setTimeout } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Phase } from './phases.ts';
import { createRandom } from './random.ts';
import type { Ending, Report } from './report.ts';
import { createTally, type Tally } from './tally.ts';
import { createTextTraffic } from './text-file.ts';
import { createTraffic, type LabelledText } from './traffic.ts';

export interface SimulationOptions {
  readonly phases: readonly Phase[];
  /** What is sent instead of invented texts. */
  readonly texts?: readonly LabelledText[] | undefined;
  /** Texts per second. */
  readonly rate: number;
  /** Texts per request. */
  readonly batch: number;
  /** Maximum number of requests in flight; requests that are due beyond it are skipped and counted. */
  readonly connections: number;
  /** Share of the predictions that get feedback. */
  readonly feedback: number;
  readonly seed: number;
  /** The run ends when the server could not be reached for longer than this. */
  readonly maxUnreachableMs: number;
  readonly client: Client;
  readonly clock?: Clock;
  /** Called with the state of the run, at least five times per second. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Clock {
  /** Milliseconds since an arbitrary time. */
  now(): number;
  /** Ends early when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

export interface Progress {
  /** From 0. */
  readonly phase: number;
  readonly elapsedMs: number;
  readonly totalMs: number;
  /** Texts. */
  readonly sent: number;
  readonly skipped: number;
  /** Requests. */
  readonly inFlight: number;
  readonly errors: number;
}

/** Whether a text gets feedback is decided before it is sent, so that the seed determines it. */
interface DueText extends LabelledText {
  readonly getsFeedback: boolean;
}

const TICK_MS = 200;

/** Feedback and arrival times have a sequence of their own, so that they do not change the texts of a seed. */
const OTHER_SEED = 0x5eed;

const systemClock: Clock = {
  now: () => performance.now(),
  // It rejects only when it is aborted.
  sleep: (durationMs, signal) =>
    setTimeout(durationMs, undefined, { signal }).catch(() => undefined),
};

/**
 * Runs the phases, one after the other, and waits for the answers.
 *
 * @param signal ends the run early; the answers to requests in flight are still counted.
 */
export async function simulate(options: SimulationOptions, signal: AbortSignal): Promise<Report> {
  const { phases, clock = systemClock } = options;
  const tally = createTally(phases);
  const arrivals = createArrivals(options, tally, clock);
  const totalMs = phases.reduce((total, { durationMs }) => total + durationMs, 0);
  const start = clock.now();
  let dueAt = start + arrivals.nextGapMs();

  /** @returns why the run ended within the phase. */
  const runPhase = async (phase: number, end: number): Promise<Ending | undefined> => {
    while (clock.now() < end || dueAt < end) {
      if (signal.aborted || arrivals.unreachableMs() > options.maxUnreachableMs) {
        return signal.aborted ? 'interrupted' : 'unreachable';
      }
      const now = clock.now();
      for (; dueAt <= now && dueAt < end; dueAt += arrivals.nextGapMs()) {
        arrivals.arrive(phase);
      }
      // Answers are received only during the wait, so there is one even where the run is late.
      const waitMs = Math.min(dueAt, end) - clock.now();
      await clock.sleep(Math.min(Math.max(waitMs, 0), TICK_MS), signal);
      options.onProgress?.({
        phase,
        elapsedMs: clock.now() - start,
        totalMs,
        inFlight: arrivals.inFlight(),
        ...tally.counts(),
      });
    }
    return undefined;
  };

  let end = start;
  let ended: Ending = 'completed';
  for (const [phase, { durationMs }] of phases.entries()) {
    end += durationMs;
    const early = await runPhase(phase, end);
    if (early) {
      ended = early;
      break;
    }
  }
  const elapsedMs = clock.now() - start;
  await arrivals.settled();
  return tally.report({ ended, elapsedMs });
}

/** The requests of a run, as a Poisson process. */
interface Arrivals {
  /** Sends the next request, or skips it where too many are in flight. */
  arrive(phase: number): void;
  /** Time between the next two requests. */
  nextGapMs(): number;
  inFlight(): number;
  /** How long, up to the latest attempt, the server could not be reached. */
  unreachableMs(): number;
  /** Resolves when no request is in flight. */
  settled(): Promise<unknown>;
}

function createArrivals(options: SimulationOptions, tally: Tally, clock: Clock): Arrivals {
  const { phases, texts: own, batch, rate, connections, feedback, seed, client } = options;
  const nextText = own ? createTextTraffic(own, seed) : createTraffic(seed);
  const random = createRandom(seed ^ OTHER_SEED);
  const sender = createSender(client, tally, clock);
  const inFlight = new Set<Promise<void>>();
  return {
    arrive: (phase) => {
      const { mix } = phases[phase] as Phase;
      // Also a request that is skipped uses up its texts, so that the others do not depend on the server.
      const texts = Array.from({ length: batch }, () => ({
        ...nextText(mix),
        getsFeedback: random.chance(feedback),
      }));
      if (inFlight.size >= connections) {
        tally.addSkipped(phase, batch);
        return;
      }
      const request = sender.send(phase, texts).finally(() => inFlight.delete(request));
      inFlight.add(request);
    },
    nextGapMs: () => random.exponential((1_000 * batch) / rate),
    inFlight: () => inFlight.size,
    unreachableMs: sender.unreachableMs,
    settled: () => Promise.all(inFlight),
  };
}

interface Sender {
  /** Resolves when the answer and its feedback are counted; never rejects. */
  send(phase: number, texts: readonly DueText[]): Promise<void>;
  unreachableMs(): number;
}

function createSender(client: Client, tally: Tally, clock: Clock): Sender {
  let unreachable: { readonly from: number; readonly to: number } | undefined;
  return {
    async send(phase, texts) {
      const sentAt = clock.now();
      const answer = await client.predict(texts.map(({ text }) => text));
      const answeredAt = clock.now();
      tally.addAnswer(phase, texts, answer, answeredAt - sentAt);
      unreachable =
        answer.kind === 'silence'
          ? { from: unreachable?.from ?? sentAt, to: answeredAt }
          : undefined;
      if (answer.kind === 'predictions') {
        await Promise.all(
          answer.predictions.map(async ({ id, scores }, index) => {
            const { label, getsFeedback } = texts[index] as DueText;
            if (getsFeedback && label !== undefined && label in scores) {
              tally.addFeedback(await client.sendFeedback(id, label));
            }
          }),
        );
      }
    },
    unreachableMs: () => (unreachable ? unreachable.to - unreachable.from : 0),
  };
}
