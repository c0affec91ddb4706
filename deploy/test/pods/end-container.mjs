// How the kubelet ends a container.

/**
 * SIGTERM, and SIGKILL where it still runs after the grace period.
 *
 * @returns its exit code, null where a signal ended it, whether it was killed, and how long it took.
 */
export async function endContainer({ kill, exited }, gracePeriodMs) {
  const startedAt = performance.now();
  // It may have ended just before.
  await kill('SIGTERM').catch(() => undefined);
  let isKilled = false;
  const timer = setTimeout(() => {
    isKilled = true;
    kill('SIGKILL').catch(() => undefined);
  }, gracePeriodMs);
  const { code } = await exited;
  clearTimeout(timer);
  return { code, isKilled, tookMs: Math.round(performance.now() - startedAt) };
}
