/** Ctrl-C that ends a command's work and lets it print what it has. */

/**
 * @param times how many interrupts abort the signal. The next one ends the process, as without this.
 * @returns a signal that Ctrl-C aborts.
 */
export function interruptSignal(times = 1): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  const onInterrupt = (): void => {
    count += 1;
    if (count === times) {
      process.off('SIGINT', onInterrupt);
      controller.abort();
    }
  };
  process.on('SIGINT', onInterrupt);
  return controller.signal;
}
