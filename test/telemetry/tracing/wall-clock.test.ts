import { afterEach, expect, test, vi } from 'vitest';
import { toEpochMs } from '../../../src/telemetry/tracing/wall-clock.ts';

afterEach(() => void vi.restoreAllMocks());

/** Both clocks, in milliseconds; each reading of one may take time. */
function setClocks(systemMs: number, monotonicMs: number, readingMs = 0): void {
  let passed = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => {
    const read = Math.floor(systemMs + passed);
    passed += readingMs;
    return read;
  });
  vi.spyOn(performance, 'now').mockImplementation(() => {
    const read = monotonicMs + passed;
    passed += readingMs;
    return read;
  });
}

test('two times keep their distance where the thread is interrupted between its readings of the clocks', () => {
  setClocks(1_000_000.5, 100);
  const first = toEpochMs(90);
  expect(Math.abs(first - 999_990.5)).toBeLessThan(2);
  setClocks(1_000_010.5, 110, 50);
  expect(toEpochMs(95) - first).toBeCloseTo(5, 6);
});

test.each([60_000, -60_000])('a clock that is set by %d ms is followed', (ms) => {
  setClocks(1_000_000, 100);
  toEpochMs(100);
  setClocks(1_000_000 + ms, 100);
  expect(Math.abs(toEpochMs(100) - (1_000_000 + ms))).toBeLessThan(2);
});
