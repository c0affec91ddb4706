import { expect, test } from 'vitest';
import {
  createLineSink,
  type Line,
  type Target,
  WriteError,
} from '../../../src/telemetry/log/line-sink.ts';

interface Fault {
  /** Bytes of the next write that are written before it fails. */
  readonly written: number;
  readonly isTransient: boolean;
}

/** A target in memory that fails as a test asks it to. */
function createMemory() {
  const faults: Fault[] = [];
  let content = '';
  let writes = 0;
  let unblock: (() => void) | undefined;
  const target: Target & { blocked: boolean } = {
    blocked: false,
    write: async (bytes) => {
      writes++;
      if (target.blocked) {
        await new Promise<void>((resolve) => {
          unblock = resolve;
        });
      }
      const fault = faults.shift();
      // A target that fails in the middle of a line removes its beginning.
      const kept = fault ? bytes.lastIndexOf('\n', fault.written - 1) + 1 : bytes.byteLength;
      content += bytes.toString('utf8', 0, fault?.written === 0 ? 0 : kept);
      if (fault) {
        throw new WriteError(new Error('no space'), fault.written, fault.isTransient);
      }
    },
    reopen: () => undefined,
    close: () => undefined,
  };
  return {
    target,
    faults,
    lines: () => content.split('\n').slice(0, -1),
    writes: () => writes,
    unblock: () => unblock?.(),
  };
}

function sinkOf(target: Target, maxBufferedChars = 1_000_000) {
  const written: string[] = [];
  const dropped: string[] = [];
  const sink = createLineSink<Line>({
    target,
    maxBufferedChars,
    onWritten: ({ text }) => written.push(text.trimEnd()),
    onDropped: ({ text }) => dropped.push(text.trimEnd()),
  });
  return { sink, written, dropped, write: (text: string) => sink.write({ text: `${text}\n` }) };
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `line ${i}`);

test('lines that come together are written together, in order, each once', async () => {
  const memory = createMemory();
  const { sink, written, dropped, write } = sinkOf(memory.target);
  const lines = numbered(10_000);
  lines.forEach(write);
  await sink.flush(10_000);
  expect(memory.lines()).toEqual(lines);
  expect([written, dropped]).toEqual([lines, []]);
  expect(memory.writes()).toBeLessThan(20);
});

test('a burst larger than one write is written whole, also of long lines', async () => {
  const memory = createMemory();
  const { sink, dropped, write } = sinkOf(memory.target, 64 * 1024 ** 2);
  const lines = Array.from({ length: 5_000 }, (_, i) => `${i} ${'x'.repeat(5_000)}`);
  lines.forEach(write);
  await sink.flush(30_000);
  expect(memory.lines()).toEqual(lines);
  expect(dropped).toEqual([]);
});

test('a write that fails in the middle of a line is continued at the beginning of that line', async () => {
  const memory = createMemory();
  const { sink, written, dropped, write } = sinkOf(memory.target);
  memory.faults.push({ written: 'line 0\nli'.length, isTransient: true });
  numbered(3).forEach(write);
  await sink.flush(10_000);
  expect(memory.lines()).toEqual(numbered(3));
  expect([written, dropped]).toEqual([numbered(3), []]);
});

test('what does not fit into the buffer is dropped, and counted line by line', async () => {
  const memory = createMemory();
  const { sink, written, dropped, write } = sinkOf(memory.target, 'line 0\nline 1\n'.length);
  memory.target.blocked = true;
  numbered(2).forEach(write);
  write('line 2');
  memory.target.blocked = false;
  memory.unblock();
  await sink.flush(10_000);
  expect([written, dropped]).toEqual([['line 0', 'line 1'], ['line 2']]);
});

test('to a pipe that nobody reads from any more, every line is dropped', async () => {
  const memory = createMemory();
  const { sink, written, dropped, write } = sinkOf(memory.target);
  memory.faults.push({ written: 0, isTransient: false });
  numbered(3).forEach(write);
  await sink.flush(10_000);
  write('late');
  expect([written, dropped]).toEqual([[], [...numbered(3), 'late']]);
});

test('closing writes what is buffered', async () => {
  const memory = createMemory();
  const { sink, written, write } = sinkOf(memory.target);
  numbered(3).forEach(write);
  await sink.close(10_000);
  expect([written, memory.lines()]).toEqual([numbered(3), numbered(3)]);
});

test('closing ends although a write never does', async () => {
  const memory = createMemory();
  const { sink, write } = sinkOf(memory.target);
  memory.target.blocked = true;
  write('never written');
  await sink.close(50);
  expect(memory.lines()).toEqual([]);
  memory.unblock();
});
