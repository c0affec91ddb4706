import { expect, test } from 'vitest';
import { type ScoredWindow, type ScoreOptions, scoreWindows } from '../../src/scoring/score.ts';
import { echo, placed, windowOf } from './rows.ts';

async function score(
  windows: Iterable<ReturnType<typeof windowOf>> | AsyncIterable<ReturnType<typeof windowOf>>,
  options: Partial<ScoreOptions> = {},
): Promise<ScoredWindow[]> {
  const written: ScoredWindow[] = [];
  async function* source() {
    yield* windows;
  }
  await scoreWindows(source(), {
    ...{ classifier: echo, format: { problemOf: () => undefined }, maxChars: 10, isStrict: false },
    ...{ concurrency: 3, signal: new AbortController().signal },
    onWindow: async (window) => void written.push(window),
    ...options,
  });
  return written;
}

const windows = (count: number) =>
  Array.from({ length: count }, (_, at) => windowOf([placed({ line: at, text: `${at}` })]));

const labelsOf = (written: readonly ScoredWindow[]) =>
  written.flatMap(({ scored }) => scored.map(({ classification }) => classification?.label));

test('windows are written in their order, whichever is classified first', async () => {
  let unlock = (): void => undefined;
  const locked = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const classify: typeof echo.classify = async (texts) => {
    if (texts[0] === '0') {
      await locked;
    } else if (texts[0] === '2') {
      unlock();
    }
    return echo.classify(texts);
  };
  expect(labelsOf(await score(windows(9), { classifier: { classify } }))).toEqual(
    windows(9).map(({ rows }) => rows[0]?.text),
  );
});

test('no more windows are read than are classified at the same time', async () => {
  let read = 0;
  let written = 0;
  function* counted() {
    for (const window of windows(9)) {
      read++;
      yield window;
    }
  }
  await score(counted(), {
    onWindow: async () => {
      expect(read - written).toBeLessThanOrEqual(3);
      written++;
    },
  });
  expect(written).toBe(9);
});

test('a text that is blank or too long, and a row that is wrong, have errors; the others do not', async () => {
  const rows = [
    placed({ text: 'good' }),
    placed({ text: ' ' }),
    placed({ text: 'much too long' }),
    placed({ text: undefined, error: 'the row is wrong' }),
  ];
  const [window] = await score([windowOf(rows)]);
  expect(window?.scored.map(({ classification, error }) => classification?.label ?? error)).toEqual(
    [
      'good',
      'the text is empty or blank; it needs at least one character',
      'the text has 13 characters, at most 10 are allowed',
      'the row is wrong',
    ],
  );
});

test('strict: the first error ends the run, after what comes before it', async () => {
  const written: ScoredWindow[] = [];
  const scoring = score([...windows(1), windowOf([placed({ line: 12, text: '' })])], {
    isStrict: true,
    onWindow: async (window) => void written.push(window),
  });
  await expect(scoring).rejects.toThrow(
    'a.csv, line 12: the text is empty or blank; it needs at least one character',
  );
  expect(labelsOf(written)).toEqual(['0']);
});

test('what was read before an error of the input is written', async () => {
  const written: ScoredWindow[] = [];
  async function* broken() {
    yield* windows(2);
    throw new Error('the disk is broken');
  }
  const scoring = score(broken(), { onWindow: async (window) => void written.push(window) });
  await expect(scoring).rejects.toThrow('the disk is broken');
  expect(labelsOf(written)).toEqual(['0', '1']);
});

test('an interrupt ends the reading; what was read is written', async () => {
  const controller = new AbortController();
  const written = await score(
    (function* () {
      yield* windows(2);
      controller.abort();
      yield* windows(2);
    })(),
    { signal: controller.signal },
  );
  expect(labelsOf(written)).toEqual(['0', '1', '0']);
});
