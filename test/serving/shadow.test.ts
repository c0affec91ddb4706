import { expect, test, vi } from 'vitest';
import type { PredictionRecord } from '../../src/serving/prediction-record.ts';
import { addShadowReports, createShadow, type ShadowOptions } from '../../src/serving/shadow.ts';
import { type FakeOptions, fakeModel, sha } from '../support/models.ts';
import { observerWith } from '../support/observer.ts';

const record = (input: string, id = input): PredictionRecord =>
  ({
    commit: sha('a'),
    ...{ id, input, label: 'negative', score: 0.8, language: 'en', requestId: 'r' },
    scores: { negative: 0.8, positive: 0.2 },
  }) as unknown as PredictionRecord;

function start(model: FakeOptions, options: Partial<ShadowOptions> = {}) {
  return createShadow({
    model: fakeModel(sha('b'), model),
    primary: sha('a'),
    share: 1,
    isPrimaryBusy: () => false,
    observer: observerWith(),
    ...options,
  });
}

test('a candidate predicts its share of the texts', async () => {
  const draws = [0.1, 0.6, 0.49, 0.9];
  const shadow = start({}, { share: 0.5, random: () => draws.shift() ?? 1 });
  for (const text of ['a', 'b', 'c', 'd']) {
    shadow.offer(record(text));
  }
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(2));
  expect(shadow.report().comparison.en?.labels).toEqual({ negative: { positive: 2 } });
});

test('the last texts with another label are examples, the newest first', async () => {
  const shadow = start({ predict: (text) => (text === 'same' ? 'negative' : 'positive') });
  for (const text of ['one', 'same', 'two']) {
    shadow.offer(record(text));
  }
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(3));
  expect(shadow.report().examples.map(({ input }) => input)).toEqual(['two', 'one']);
});

test('feedback counts whether it comes before or after the candidate’s prediction, once', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const shadow = start({ predict: () => opened.then(() => 'positive') });
  shadow.offer(record('early'));
  shadow.offer(record('late'));
  shadow.onFeedback('early', 'negative');
  shadow.onFeedback('unknown', 'negative');
  open();
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(2));
  shadow.onFeedback('late', 'positive');
  shadow.onFeedback('late', 'positive');
  expect(shadow.report().comparison.en?.feedback).toEqual({
    ...{ bothRight: 0, primaryRight: 1, candidateRight: 1, bothWrong: 0 },
  });
  expect(shadow.report().comparison.en?.rightLabel).toMatchObject({ texts: 2, primary: 1 });
});

test('while the primary is busy, texts wait, up to a limit; the others are dropped and counted', async () => {
  let isBusy = true;
  let dropped = 0;
  const onShadowDropped = (texts: number): void => void (dropped += texts);
  const observer = observerWith({ onShadowDropped });
  const shadow = start({}, { isPrimaryBusy: () => isBusy, observer });
  for (let i = 0; i < 300; i++) {
    shadow.offer(record(`text ${i}`));
  }
  expect([shadow.report().comparison, dropped, shadow.report().dropped]).toEqual([{}, 44, 44]);
  isBusy = false;
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(256));
});

test('a candidate that fails loses its texts, and nothing else', async () => {
  const errors: unknown[] = [];
  let isBroken = true;
  const predict = (): string => {
    if (isBroken) {
      throw new Error('broken');
    }
    return 'negative';
  };
  const observer = observerWith({ onShadowError: (error) => void errors.push(error) });
  const shadow = start({ predict }, { observer });
  shadow.offer(record('a'));
  await vi.waitFor(() => expect(shadow.report().dropped).toBe(1));
  expect(errors).toHaveLength(1);
  isBroken = false;
  shadow.offer(record('b'));
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(1));
});

test('labels of a candidate are compared as those of the primary', async () => {
  const shadow = start({ predict: () => 'bad' }, { labelMap: { bad: 'negative' } });
  shadow.offer(record('a'));
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(1));
  expect(shadow.report().comparison.en?.labels).toEqual({ negative: { negative: 1 } });
});

test('after its end nothing is predicted or counted', async () => {
  const predict = vi.fn(() => 'positive');
  const shadow = start({ predict }, { isPrimaryBusy: () => true });
  shadow.offer(record('a'));
  shadow.stop();
  shadow.offer(record('b'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([predict.mock.calls, shadow.report().comparison]).toEqual([[], {}]);
});

test('the reports of several processes are one', () => {
  const [one, other] = [start({}), start({})];
  expect(addShadowReports([undefined])).toBeUndefined();
  expect(addShadowReports([one.report(), other.report(), undefined])).toEqual({
    ...{ comparison: {}, examples: [], dropped: 0 },
  });
});

test('of the examples of several processes, each has its part', async () => {
  const shadows = ['one', 'other'].map((name) => {
    const shadow = start({});
    for (let i = 0; i < 30; i++) {
      shadow.offer(record(`${name} ${i}`));
    }
    return shadow;
  });
  await vi.waitFor(() => {
    expect(shadows.map((shadow) => shadow.report().comparison.en?.texts)).toEqual([30, 30]);
  });
  const inputs = addShadowReports(shadows.map((shadow) => shadow.report()))?.examples.map(
    ({ input }) => input,
  );
  expect(inputs).toHaveLength(20);
  expect(inputs?.slice(0, 3)).toEqual(['one 29', 'other 29', 'one 28']);
});

test('what another version answered, as just before a switch, is not compared', async () => {
  const shadow = start({});
  shadow.offer({ ...record('of before'), commit: sha('c') });
  shadow.offer(record('of now'));
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(1));
  shadow.offer(record('of now, again'));
  await vi.waitFor(() => expect(shadow.report().comparison.en?.texts).toBe(2));
});

test('scores of labels that are named as members of objects are added up like those of others', async () => {
  const scores = { constructor: 0.25, bad: 0.5, good: 0.25 };
  const labelMap = { bad: 'constructor', good: 'positive' };
  const shadow = start({ predict: () => 'bad', scores }, { labelMap });
  shadow.offer(record('a'));
  shadow.onFeedback('a', 'constructor');
  await vi.waitFor(() => expect(shadow.report().comparison.en?.rightLabel.texts).toBe(1));
  expect(shadow.report().comparison.en?.rightLabel.candidate).toBe(0.75);
});
