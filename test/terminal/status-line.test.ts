import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgressBar, createStatusLine } from '../../src/terminal/status-line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function terminal({ isTTY = true, columns = 20 } = {}) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) > 0 };
}

test('the line is drawn ten times per second at most, cut to the terminal, and removed', () => {
  const screen = terminal();
  const line = createStatusLine(screen);
  line.draw(() => 'a line that is longer than the terminal');
  vi.advanceTimersByTime(99);
  line.draw(() => 'too early');
  vi.advanceTimersByTime(1);
  line.draw(() => 'in time');
  line.clear();
  expect(screen.written).toEqual(['\ra line that is lon…\x1b[K', '\rin time\x1b[K', '\r\x1b[K']);
});

test('nothing is written to a file or a pipe', () => {
  const pipe = terminal({ isTTY: false });
  const line = createStatusLine(pipe);
  line.draw(() => 'a line');
  line.clear();
  expect(pipe.written).toEqual([]);
});

test('a line that was never drawn is not removed', () => {
  const screen = terminal();
  createStatusLine(screen).clear();
  expect(screen.written).toEqual([]);
});

test('progress is shown once the work has taken two seconds', () => {
  const screen = terminal({ columns: 80 });
  const onProgress = createProgressBar(screen);
  onProgress(1, 4);
  expect(screen.written).toEqual([]);
  vi.advanceTimersByTime(2_001);
  onProgress(2, 4);
  onProgress(4, 4);
  expect(screen.written).toEqual([`\r${'█'.repeat(15)}${'·'.repeat(15)} 2/4\x1b[K`, '\r\x1b[K']);
});
