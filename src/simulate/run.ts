/**
 * Sends traffic at a set rate, whatever the answers do (an open loop): a server that falls behind is
 * not spared, and its latencies are what its users would see.
 */
import { setTimeout } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Phase } from './phases.ts';
import { createRandom } from './random.ts';
import { createTally, type Ending, type Report, type Tally } from './report.ts';
import { createTraffic, type LabelledText } from './traffic.ts';

export interface SimulationOptions {
  readonly phases: readonly Phase[];
  /** Texts a second. */
  readonly rate: number;
  /** Texts in a request. */
  readonly batch: number;
  /** Most requests in flight; those that are due beyond it are not sent, and counted. */
  readonly connections: number;
  /** Share of the predictions that get feedback. */
  readonly feedback: number;
  readonly seed: number;
  /** A server that can't be reached for so long is given up. */
  readonly patienceMs: number;
  readonly client: Client;
  readonly clock?: Clock;
  /** Told of the state now and then, at least five times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Ends early when the signal does. */
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

/** Whether it gets feedback is decided before it is sent, so that a seed decides it. */
interface DueText extends LabelledText {
  readonly getsFeedback: boolean;
}

const TICK_MS = 200;

/** So that feedback and arrivals leave the texts of a seed as they are. */
const OTHER_SEED = 0x5eed;

const systemClock: Clock = {
  now: () => performance.now(),
  // It rejects only when it ends early.
  sleep: (durationMs, signal) =>
    setTimeout(durationMs, undefined, { signal }).catch(() => undefined),
};

/**
 * Runs the phases, one after the other, and waits for the answers.
 *
 * @param signal ends the run early; what is in flight is still counted.
 */
export async function simulate(options: SimulationOptions, signal: AbortSignal): Promise<Report> {
  const { phases, batch, clock = systemClock } = options;
  const nextText = createTraffic(options.seed);
  const random = createRandom(options.seed ^ OTHER_SEED);
  const tally = createTally(phases);
  const sender = createSender(options.client, tally, clock);
  const inFlight = new Set<Promise<void>>();

  const arrive = (phase: number): void => {
    const { mix } = phases[phase] as Phase;
    const texts = Array.from({ length: batch }, () => ({
      ...nextText(mix),
      getsFeedback: random.chance(options.feedback),
    }));
    if (inFlight.size >= options.connections) {
      tally.addSkipped(phase, batch);
      return;
    }
    const request = sender.send(phase, texts).finally(() => inFlight.delete(request));
    inFlight.add(request);
  };

  const gapMs = (): number => random.exponential((1_000 * batch) / options.rate);
  const totalMs = phases.reduce((total, { durationMs }) => total + durationMs, 0);
  const start = clock.now();
  let due = start + gapMs();

  /** @returns why the run ended within the phase. */
  const runPhase = async (phase: number, end: number): Promise<Ending | undefined> => {
    while (clock.now() < end || due < end) {
      if (signal.aborted || sender.silentMs() > options.patienceMs) {
        return signal.aborted ? 'interrupted' : 'unreachable';
      }
      const now = clock.now();
      for (; due <= now && due < end; due += gapMs()) {
        arrive(phase);
      }
      // Also where it is behind: answers can be seen only while it waits.
      const waitMs = Math.min(due, end) - clock.now();
      await clock.sleep(Math.min(Math.max(waitMs, 0), TICK_MS), signal);
      options.onProgress?.({
        phase,
        elapsedMs: clock.now() - start,
        totalMs,
        inFlight: inFlight.size,
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
  await Promise.all(inFlight);
  return tally.report({ ended, elapsedMs });
}

interface Sender {
  /** Ends with the answer and its feedback; never rejects. */
  send(phase: number, texts: readonly DueText[]): Promise<void>;
  /** How long, up to the latest attempt, the server has not been reached. */
  silentMs(): number;
}

function createSender(client: Client, tally: Tally, clock: Clock): Sender {
  let silence: { readonly from: number; readonly to: number } | undefined;
  return {
    async send(phase, texts) {
      const sentAt = clock.now();
      const answer = await client.predict(texts.map(({ text }) => text));
      const answeredAt = clock.now();
      tally.addAnswer(phase, texts, answer, answeredAt - sentAt);
      silence =
        answer.kind === 'silence' ? { from: silence?.from ?? sentAt, to: answeredAt } : undefined;
      if (answer.kind === 'predictions') {
        await Promise.all(
          answer.predictions.map(async ({ id }, index) => {
            const { label, getsFeedback } = texts[index] as DueText;
            if (getsFeedback) {
              tally.addFeedback(await client.sendFeedback(id, label));
            }
          }),
        );
      }
    },
    silentMs: () => (silence ? silence.to - silence.from : 0),
  };
}
