/** Ctrl-C that ends a command's work and lets it print what it has. */

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
