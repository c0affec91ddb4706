import { expect, test } from 'vitest';
import { createLineDecoder } from '../../src/logs/decode-lines.ts';
import { predictionLine } from './lines.ts';

const docker = (log: string, stream = 'stdout'): string =>
  `${JSON.stringify({ log, stream, time: '2026-01-31T12:00:00.123456789Z' })}\n`;

test('lines of Docker’s json-file are those that the server wrote', () => {
  const { decode } = createLineDecoder();
  const lines = [predictionLine({ input: 'Grüße "x"\n' }), predictionLine({ input: '😀' })];
  const bytes = lines.map((line) => docker(`${line}\n`)).join('');
  expect(decode(Buffer.from(bytes))).toEqual(lines);
});

test('also with the attributes that log-opts add, and with the ends of lines of a terminal', () => {
  const { decode } = createLineDecoder();
  const line =
    '{"log":"{\\"event\\":\\"ready\\"}\\r\\n","stream":"stdout","attrs":{"tag":"x"},"time":"t"}\n';
  expect(decode(Buffer.from(line))).toEqual(['{"event":"ready"}']);
});

test('a line that Docker split is put together, and keeps its number', () => {
  const { decode, rest } = createLineDecoder();
  const line = predictionLine({ input: 'x'.repeat(40_000) });
  const parts = [line.slice(0, 16_384), line.slice(16_384, 32_768), `${line.slice(32_768)}\n`];
  const first = decode(Buffer.from(docker(parts[0] as string) + docker('a warning\n', 'stderr')));
  const second = decode(Buffer.from(docker(parts[1] as string) + docker(parts[2] as string)));
  expect([...first, ...second]).toEqual(['', 'a warning', '', line]);
  expect(rest()).toEqual([]);
});

test('a line whose last part is missing is not lost silently', () => {
  const { decode, rest } = createLineDecoder();
  expect(decode(Buffer.from(docker('{"event":"pred')))).toEqual(['']);
  expect(rest()).toEqual(['{"event":"pred']);
});

test.each(['{"log":"x', '{"log":"x"}', '{"log":1}', '{"timestamp":"t","event":"ready"}', ''])(
  '%s stays as it is',
  (line) => {
    expect(createLineDecoder().decode(Buffer.from(`${line}\n`))).toEqual([line]);
  },
);

test('a line in very many parts takes time in proportion to its length', () => {
  const { decode } = createLineDecoder();
  const part = 'x'.repeat(100);
  const parts = 100_000;
  // If the parts were put together again with each of them, this would copy 500 GB.
  expect(decode(Buffer.from(docker(part).repeat(parts)))).toHaveLength(parts);
  expect(decode(Buffer.from(docker('\n')))).toEqual([part.repeat(parts)]);
});
