/** Clients that send requests to a batcher without pause, with simulated workers and time. */
import { type Batcher, createBatcher, type Executor } from '../../src/inference/batcher.ts';
import { ClassifierError } from '../../src/inference/errors.ts';
import { resultOf, silentObserver } from './locked-executor.ts';

export interface SimulatedClient {
  readonly textsPerRequest: number;
  /** Requests that were answered, refused, or given up after the request timeout. */
  readonly answered: number[];
  refused: number;
  timedOut: number;
}

export interface SimulationOptions {
  readonly workers?: number;
  readonly maxBatch?: number;
  readonly capacity?: number;
  readonly requestTimeoutMs?: number;
  /** Time that a worker takes for a text. */
  readonly msPerText: number;
  readonly now?: () => number;
}

/** Runs simulated time event by event. */
export function createSimulation(options: SimulationOptions) {
  const { workers = 2, requestTimeoutMs = 10_000, msPerText } = options;
  let time = 0;
  let textCount = 0;
  const events: { readonly at: number; run(): void }[] = [];
  const schedule = (at: number, run: () => void): (() => void) => {
    const event = { at, run };
    events.push(event);
    return () => {
      const index = events.indexOf(event);
      if (index >= 0) {
        events.splice(index, 1);
      }
    };
  };
  let busy = 0;
  const executor: Executor = {
    size: workers,
    idle: () => workers - busy,
    run: (texts) =>
      new Promise((resolve) => {
        busy++;
        schedule(time + msPerText * texts.length, () => {
          busy--;
          resolve(resultOf(texts));
        });
      }),
  };
  const batcher: Batcher = createBatcher({
    executor,
    maxBatch: options.maxBatch ?? 32,
    capacity: options.capacity ?? 4_096,
    window: 128,
    requestTimeoutMs,
    identifyLanguage: () => ({ language: 'en', confidence: 1 }),
    observer: silentObserver,
    now: () => time,
  });
  const clients: SimulatedClient[] = [];

  const send = (client: SimulatedClient): void => {
    const startedAt = time;
    const retry = (error: unknown): void => {
      const { retryAfterSeconds } = (error as ClassifierError).data;
      client.refused++;
      schedule(time + 1_000 * Number(retryAfterSeconds), () => send(client));
    };
    let stopTimer = (): void => undefined;
    try {
      const texts = Array.from({ length: client.textsPerRequest }, () => `text ${textCount++}`);
      batcher
        .submit(texts, {
          client,
          onWaiting: (cancel) => {
            stopTimer = schedule(time + requestTimeoutMs, () => cancel(new Error('timeout')));
          },
        })
        .then(
          () => {
            stopTimer();
            client.answered.push(time - startedAt);
            send(client);
          },
          (error: unknown) => {
            stopTimer();
            if (error instanceof ClassifierError) {
              retry(error);
            } else {
              client.timedOut++;
              send(client);
            }
          },
        );
    } catch (error) {
      retry(error);
    }
  };

  return {
    batcher,
    /** Adds clients that start now. */
    add: (count: number, textsPerRequest: number): SimulatedClient[] => {
      const added = Array.from({ length: count }, () => ({
        ...{ textsPerRequest, answered: [], refused: 0, timedOut: 0 },
      }));
      clients.push(...added);
      for (const client of added) {
        send(client);
      }
      return added;
    },
    runFor: async (ms: number): Promise<void> => {
      for (const end = time + ms; ; ) {
        events.sort((a, b) => a.at - b.at);
        const next = events[0];
        if (!next || next.at > end) {
          time = end;
          return;
        }
        events.shift();
        time = next.at;
        next.run();
        await new Promise(setImmediate);
      }
    },
  };
}
