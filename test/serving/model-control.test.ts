import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ChangeError } from '../../src/serving/errors.ts';
import { createManager, type Manager } from '../../src/serving/manager.ts';
import type { ModelChange } from '../../src/serving/model-change.ts';
import { createModelControl, type ModelControl } from '../../src/serving/model-control.ts';
import { ModelError } from '../../src/version/errors.ts';
import { type FakeModel, fakeModel, sha } from '../support/models.ts';
import { observerWith } from '../support/observer.ts';

const [A, B, C] = [sha('a'), sha('b'), sha('c')];

interface Setup {
  readonly manager: Manager;
  readonly control: ModelControl;
  readonly models: ReadonlyMap<string, FakeModel>;
  /** Commits, in the order in which they were loaded. */
  readonly loads: readonly string[];
  /** What was observed. */
  readonly seen: readonly string[];
  apply(change: ModelChange): Promise<void>;
}

/** A server of version A, and a store that has B and C as well. */
async function serveA({
  keepPreviousMs = 0,
  labels = {} as Record<string, string[]>,
} = {}): Promise<Setup> {
  const manager = createManager(A);
  const models = new Map(
    [A, B, C].map((c) => [c, fakeModel(c, { labels: labels[c] ?? ['n', 'p'] })]),
  );
  await manager.start({ run: async () => models.get(A) as FakeModel });
  const [loads, seen]: [string[], string[]] = [[], []];
  const control = createModelControl({
    manager,
    keepPreviousMs,
    load: async (commit) => {
      loads.push(commit);
      const model = models.get(commit);
      if (!model) {
        throw new ModelError('not-found', `no ${commit}`);
      }
      return model;
    },
    observer: observerWith({
      onServing: ({ commit }) => void seen.push(`serves ${commit[0]}`),
      onCandidate: (model) => void seen.push(`candidate ${model?.commit[0] ?? 'none'}`),
      onModelFailed: () => void seen.push('failed'),
    }),
  });
  const apply = async (change: ModelChange): Promise<void> =>
    (await control.prepare(change)).apply();
  return { manager, control, models, loads, seen, apply };
}

const closesOf = ({ models }: Setup): number[] =>
  [...models.values()].map(({ closes }) => closes());
const servingOf = ({ manager }: Setup): string => manager.acceptingModel().commit;

test('a swap serves another version, and closes the one before when its last request has its answer', async () => {
  const setup = await serveA();
  const lease = setup.manager.acquire();
  await setup.apply({ type: 'swap', commit: B });
  expect([servingOf(setup), lease.model.commit]).toEqual([B, A]);
  expect(closesOf(setup)).toEqual([0, 0, 0]);
  lease.release();
  await vi.waitFor(() => expect(closesOf(setup)).toEqual([1, 0, 0]));
  expect(setup.control.previous()).toEqual({ commit: A, model: undefined });
});

test('nothing changes before a prepared change is applied, and one that is abandoned leaves nothing', async () => {
  const setup = await serveA();
  const prepared = await setup.control.prepare({ type: 'swap', commit: B });
  expect(servingOf(setup)).toBe(A);
  await prepared.abandon();
  expect([servingOf(setup), ...closesOf(setup)]).toEqual([A, 0, 1, 0]);
});

test('a swap to the version that serves loads nothing', async () => {
  const setup = await serveA();
  const { outcome, apply } = await setup.control.prepare({ type: 'swap', commit: A });
  apply();
  expect(outcome).toMatchObject({ isChanged: false, from: A, to: A });
  expect([setup.loads, closesOf(setup)]).toEqual([[], [0, 0, 0]]);
});

test('the model before waits for another load, so that there are two at most', async () => {
  const setup = await serveA();
  const lease = setup.manager.acquire();
  await setup.apply({ type: 'swap', commit: B });
  const next = setup.control.prepare({ type: 'swap', commit: C });
  await new Promise(setImmediate);
  expect(setup.loads).toEqual([B]);
  lease.release();
  (await next).apply();
  expect([setup.loads, servingOf(setup)]).toEqual([[B, C], C]);
});

test('a candidate is promoted without a load; the rollback loads the version before', async () => {
  const setup = await serveA();
  await setup.apply({ type: 'shadow', commit: B, share: 1 });
  expect(setup.control.shadow()?.model.commit).toBe(B);
  await setup.apply({ type: 'promote' });
  expect([servingOf(setup), setup.control.shadow(), setup.loads]).toEqual([B, undefined, [B]]);
  await setup.apply({ type: 'rollback' });
  expect([servingOf(setup), setup.loads]).toEqual([A, [B, A]]);
  expect(setup.seen).toEqual(['candidate b', 'serves b', 'candidate none', 'serves a']);
});

test('a version that is kept is taken back without a load, again and again', async () => {
  const setup = await serveA({ keepPreviousMs: 60_000 });
  await setup.apply({ type: 'swap', commit: B });
  for (const expected of [A, B, A]) {
    await setup.apply({ type: 'rollback' });
    expect(servingOf(setup)).toBe(expected);
  }
  expect([setup.loads, closesOf(setup)]).toEqual([[B], [0, 0, 0]]);
  await setup.control.close();
  await setup.manager.close();
  expect(closesOf(setup)).toEqual([1, 1, 0]);
});

test('a version is kept for a time only', async () => {
  const setup = await serveA({ keepPreviousMs: 1 });
  await setup.apply({ type: 'swap', commit: B });
  await vi.waitFor(() => expect(closesOf(setup)).toEqual([1, 0, 0]));
  expect(setup.control.previous()).toEqual({ commit: A, model: undefined });
});

test.each<[string, ModelChange]>([
  ['taken back', { type: 'rollback' }],
  ['made a candidate', { type: 'shadow', commit: A, share: 1 }],
])(
  'a version that is kept is not dropped while it is about to be %s; where it is not, later',
  async (_, change) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const setup = await serveA({ keepPreviousMs: 1_000 });
    await setup.apply({ type: 'swap', commit: B });
    const prepared = await setup.control.prepare(change);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(closesOf(setup)).toEqual([0, 0, 0]);
    await prepared.abandon();
    (await setup.control.prepare(change)).apply();
    await vi.advanceTimersByTimeAsync(900);
    expect([setup.loads, closesOf(setup)]).toEqual([[B], [0, 0, 0]]);
    await setup.apply({ type: 'swap', commit: C });
    const another = await setup.control.prepare({ type: 'swap', commit: C });
    await another.abandon();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(setup.manager.model()?.commit).toBe(C);
    expect(setup.models.get(B)?.closes()).toBe(1);
  },
);

test('another candidate takes the place of the one before; the same one changes its share', async () => {
  const setup = await serveA();
  await setup.apply({ type: 'shadow', commit: B, share: 1 });
  await setup.apply({ type: 'shadow', commit: B, share: 0.5 });
  expect([setup.control.shadow()?.share, setup.loads]).toEqual([0.5, [B]]);
  await setup.apply({ type: 'shadow', commit: C, share: 1 });
  await vi.waitFor(() => expect(closesOf(setup)).toEqual([0, 1, 0]));
  await setup.apply({ type: 'end-shadow' });
  await vi.waitFor(() => expect(closesOf(setup)).toEqual([0, 1, 1]));
});

test('a swap starts the comparison with a candidate anew', async () => {
  const setup = await serveA();
  await setup.apply({ type: 'shadow', commit: B, share: 1 });
  const before = setup.control.shadow();
  await setup.apply({ type: 'swap', commit: C });
  expect(setup.control.shadow()).not.toBe(before);
  expect(setup.control.shadow()?.model.commit).toBe(B);
});

test('other labels are a warning for a swap, and need a map for a comparison', async () => {
  const setup = await serveA({ labels: { [B]: ['bad', 'good'] } });
  const shadow = { type: 'shadow', commit: B, share: 1 } as const;
  await expect(setup.control.prepare(shadow)).rejects.toMatchObject({ code: 'not-comparable' });
  expect(closesOf(setup)).toEqual([0, 1, 0]);
  for (const labelMap of [
    { bad: 'n', good: 'p', other: 'p' },
    { bad: 'constructor', good: 'p' },
  ]) {
    await expect(setup.control.prepare({ ...shadow, labelMap })).rejects.toMatchObject({
      code: 'not-comparable',
    });
  }
  await setup.apply({ ...shadow, labelMap: { bad: 'n', good: 'p' } });
  const { outcome } = await setup.control.prepare({ type: 'swap', commit: B });
  expect(outcome.warnings).toEqual(['The labels differ: n, p before, bad, good now']);
});

test('a candidate that can’t be compared with what serves now has ended', async () => {
  const setup = await serveA({ labels: { [C]: ['bad', 'good'] } });
  await setup.apply({ type: 'shadow', commit: B, share: 1 });
  const prepared = await setup.control.prepare({ type: 'swap', commit: C });
  expect(prepared.outcome).toMatchObject({
    endsCandidate: true,
    warnings: [
      'The labels differ: n, p before, bad, good now',
      expect.stringContaining('The candidate has ended: '),
    ],
  });
  prepared.apply();
  expect([servingOf(setup), setup.control.shadow()]).toEqual([C, undefined]);
  await vi.waitFor(() => expect(closesOf(setup)).toEqual([1, 1, 0]));
});

describe('is refused, and what serves goes on to serve:', () => {
  test.each<[string, ModelChange, string]>([
    ['a short SHA', { type: 'swap', commit: 'abc' }, 'bad-reference'],
    ['a branch', { type: 'shadow', commit: 'main', share: 1 }, 'bad-reference'],
    ['an unknown version', { type: 'swap', commit: sha('d') }, 'not-found'],
    ['a candidate that serves', { type: 'shadow', commit: A, share: 1 }, 'not-comparable'],
    ['a promotion without a candidate', { type: 'promote' }, 'no-candidate'],
    ['a rollback without a version before', { type: 'rollback' }, 'no-previous'],
  ])('%s', async (_, change, code) => {
    const setup = await serveA();
    await expect(setup.control.prepare(change)).rejects.toMatchObject({ code });
    expect([servingOf(setup), ...closesOf(setup)]).toEqual([A, 0, 0, 0]);
    await setup.apply({ type: 'swap', commit: B });
    expect(servingOf(setup)).toBe(B);
  });

  test('a change while the server stops, also one that was prepared before', async () => {
    const setup = await serveA();
    const prepared = await setup.control.prepare({ type: 'swap', commit: B });
    setup.manager.drain();
    expect(() => prepared.apply()).toThrow(
      expect.objectContaining({ code: 'draining' }) as ChangeError,
    );
    await expect(setup.control.prepare({ type: 'promote' })).rejects.toMatchObject({
      code: 'draining',
    });
    await setup.control.close();
    expect(closesOf(setup)).toEqual([0, 1, 0]);
  });
});
