/** Ctrl-C that ends a command's work and lets it print what it has. */
import type { Interrupt } from '../repository/reproduce/run-program.ts';

/**
 * @param times how many interrupts abort the signal. The next one ends the process, as without this.
 * @param signals what counts as an interrupt.
 * @returns a signal that they abort.
 */
export function interruptSignal(
  times = 1,
  signals: readonly NodeJS.Signals[] = ['SIGINT'],
): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  const onInterrupt = (): void => {
    count += 1;
    if (count === times) {
      for (const signal of signals) {
        process.off(signal, onInterrupt);
      }
      controller.abort();
    }
  };
  for (const signal of signals) {
    process.on(signal, onInterrupt);
  }
  return controller.signal;
}

/** Runs work that SIGINT, SIGTERM and SIGHUP interrupt; before and after it, they end the process. */
export async function withInterrupt<T>(work: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const controllers = [new AbortController(), new AbortController()] as const;
  const remaining = [...controllers];
  const release = (): void => {
    for (const signal of signals) {
      process.off(signal, onInterrupt);
    }
  };
  const onInterrupt = (): void => {
    remaining.shift()?.abort();
    if (remaining.length === 0) {
      release();
    }
  };
  for (const signal of signals) {
    process.on(signal, onInterrupt);
  }
  try {
    return await work({ stop: controllers[0].signal, kill: controllers[1].signal });
  } finally {
    release();
  }
}
