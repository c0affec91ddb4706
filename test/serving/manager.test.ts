import { expect, test } from 'vitest';
import { createManager, type Manager } from '../../src/serving/manager.ts';
import type { ServedModel } from '../../src/serving/served-model.ts';

/** A model that records when its workers are ended. */
function modelOf(commit: string): ServedModel & { readonly closed: string[] } {
  const closed: string[] = [];
  const classifier = { close: async () => void closed.push(commit) };
  return { commit, classifier, closed } as unknown as ServedModel & { closed: string[] };
}

async function serving(model: ServedModel): Promise<Manager> {
  const manager = createManager(model.commit);
  await manager.start({ run: async () => model });
  return manager;
}

/** A promise that the test settles. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('while a version is loaded nothing is accepted, and its commit shows once it is known', async () => {
  const manager = createManager(undefined);
  expect(() => manager.acquire()).toThrow('The store has not yet returned which model to serve');
  const loaded = deferred<ServedModel>();
  const served = manager.start({
    run: (onCommit) => {
      onCommit('a');
      return loaded.promise;
    },
  });
  expect(manager.state()).toEqual({ status: 'loading', commit: 'a' });
  expect(() => manager.acquire()).toThrow('Model a is being loaded and checked');
  const model = modelOf('a');
  loaded.resolve(model);
  await served;
  expect(manager.state()).toEqual({ status: 'ready', commit: 'a', model });
});

test('a model serves only when the other processes are ready, and shows in the gauges before', async () => {
  const manager = createManager('a');
  const model = modelOf('a');
  const others = deferred<void>();
  const served = manager.start({
    run: async () => model,
    beforeServing: () => others.promise,
  });
  await turn();
  expect([manager.state().status, manager.model()]).toEqual(['loading', model]);
  others.resolve();
  await served;
  expect(manager.state().status).toBe('ready');
});

test('a version that replaces another one answers from then on; the other ends with its last request', async () => {
  const [first, second] = [modelOf('a'), modelOf('b')];
  const manager = await serving(first);
  const [one, other] = [manager.acquire(), manager.acquire()];
  expect(manager.replace(second)).toBe(first);
  const retired = [manager.retire(first), manager.retire(first)];
  expect([one.model.commit, manager.acquire().model.commit]).toEqual(['a', 'b']);
  expect(manager.state()).toEqual({ status: 'ready', commit: 'b', model: second });
  one.release();
  one.release();
  await turn();
  expect(first.closed).toEqual([]);
  other.release();
  await Promise.all(retired);
  expect([first.closed, second.closed]).toEqual([['a'], []]);
});

test.each<[string, Parameters<Manager['start']>[0]]>([
  ['loaded', { run: () => Promise.reject(new Error('bad')) }],
  [
    'agreed on',
    { run: async () => modelOf('a'), beforeServing: () => Promise.reject(new Error('bad')) },
  ],
])('a first version that can’t be %s does not serve', async (_, load) => {
  const manager = createManager('a');
  await expect(manager.start(load)).rejects.toThrow('bad');
  expect(manager.state()).toEqual({ status: 'loading', commit: 'a' });
});

test('a draining server is not ready, a closed one accepts nothing; its model ends with the last lease', async () => {
  const model = modelOf('a');
  const manager = await serving(model);
  const lease = manager.acquire();
  manager.drain();
  expect(() => manager.readyModel()).toThrow('The server answers what it has accepted, then ends');
  manager.acquire().release();
  const closed = manager.close();
  expect(() => manager.acquire()).toThrow('The server answers what it has accepted, then ends');
  expect(manager.state()).toEqual({
    status: 'draining',
    isAccepting: false,
    commit: 'a',
    model,
  });
  await turn();
  expect(model.closed).toEqual([]);
  lease.release();
  await closed;
  expect(model.closed).toEqual(['a']);
});

test('a load that ends while the server drains does not make it ready', async () => {
  const manager = createManager('a');
  const loaded = deferred<ServedModel>();
  const model = modelOf('a');
  const served = manager.start({ run: () => loaded.promise });
  manager.drain();
  loaded.resolve(model);
  await served;
  expect(manager.state().status).toBe('draining');
  await manager.close();
  expect(model.closed).toEqual(['a']);
});

test('a model answers while it serves and until its last request has ended; a candidate does not', async () => {
  const [first, second] = [modelOf('a'), modelOf('b')];
  const manager = await serving(first);
  expect([manager.isAnswering(first), manager.isAnswering(second)]).toEqual([true, false]);
  const { release } = manager.acquire();
  manager.replace(second);
  expect([manager.isAnswering(first), manager.isAnswering(second)]).toEqual([true, true]);
  release();
  expect([manager.isAnswering(first), manager.isAnswering(second)]).toEqual([false, true]);
  manager.replace(first);
  await manager.retire(second);
  expect([manager.isAnswering(first), manager.isAnswering(second)]).toEqual([true, false]);
});
