import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AccessLog, createRequestLog } from '../../src/telemetry/request-log.ts';

interface Line {
  level: string;
  event: string;
  status: number;
  omitted?: number;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(accessLog: AccessLog) {
  const lines: Line[] = [];
  let omitted = 0;
  const { onRequestEnd, flush } = createRequestLog({
    accessLog,
    log: { write: (level, event, fields) => lines.push({ ...(fields as Line), level, event }) },
    onOmitted: () => omitted++,
  });
  return {
    lines,
    flush,
    omitted: () => omitted,
    end: (status: number, route = '/predict', times = 1) => {
      for (let i = 0; i < times; i++) {
        onRequestEnd({
          series: { method: 'POST', route, status },
          durationSeconds: 0.001_234_5,
          requestId: 'r',
        });
      }
    },
  };
}

test.each([
  ['errors', ['warn 429', 'warn 499', 'error 503', 'warn 404']],
  ['all', ['warn 429', 'warn 499', 'error 503', 'info 200', 'warn 404']],
  ['none', []],
] as const)('ACCESS_LOG=%s', (accessLog, expected) => {
  const { end, lines } = start(accessLog);
  // An answered prediction has its own line.
  for (const status of [200, 429, 499, 503]) {
    end(status);
  }
  end(200, '/healthz');
  end(404, 'none');
  expect(lines.map(({ level, status }) => `${level} ${status}`)).toEqual(expected);
});

test('the fields of a line', () => {
  const { lines, end } = start('errors');
  end(429);
  expect(JSON.parse(JSON.stringify(lines[0]))).toEqual({
    level: 'warn',
    event: 'request',
    request_id: 'r',
    method: 'POST',
    route: '/predict',
    status: 429,
    duration_ms: 1.235,
  });
});

test('of a flood, the first lines of each second are written, and the number of the others', () => {
  const { lines, end, omitted } = start('errors');
  end(429, '/predict', 10_000);
  end(500, '/predict');
  expect(lines.filter(({ event }) => event === 'request').map(({ status }) => status)).toEqual([
    ...Array(20).fill(429),
    500,
  ]);
  vi.advanceTimersByTime(1_000);
  expect(lines.slice(21)).toEqual([
    { level: 'warn', event: 'requests_omitted', status: 429, omitted: 9_980 },
  ]);
  end(429, '/predict', 21);
  vi.advanceTimersByTime(1_000);
  expect(lines.slice(22).map(({ event }) => event)).toEqual([
    ...Array(20).fill('request'),
    'requests_omitted',
  ]);
  expect(omitted()).toBe(9_981);
});

test('what was omitted is written when the log is about to be closed, once', () => {
  const { lines, end, flush } = start('errors');
  end(404, 'none', 25);
  flush();
  expect(lines.at(-1)).toMatchObject({ event: 'requests_omitted', status: 404, omitted: 5 });
  flush();
  vi.advanceTimersByTime(5_000);
  expect(lines).toHaveLength(21);
});

test('answered requests of ACCESS_LOG=all are not sampled', () => {
  const { lines, end } = start('all');
  end(200, '/healthz', 1_000);
  expect(lines).toHaveLength(1_000);
});
