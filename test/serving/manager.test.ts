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
  await manager.serve({ commit: model.commit, run: async () => model });
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
  const served = manager.serve({
    commit: undefined,
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
  const served = manager.serve({
    commit: 'a',
    run: async () => model,
    beforeServing: () => others.promise,
  });
  await turn();
  expect([manager.state().status, manager.model()]).toEqual(['loading', model]);
  others.resolve();
  await served;
  expect(manager.state().status).toBe('ready');
});

test('a version that replaces another one ends it with its last request', async () => {
  const [first, second] = [modelOf('a'), modelOf('b')];
  const manager = await serving(first);
  const [one, other] = [manager.acquire(), manager.acquire()];
  await manager.serve({ commit: 'b', run: async () => second });
  expect([one.model.commit, manager.acquire().model.commit]).toEqual(['a', 'b']);
  one.release();
  one.release();
  await turn();
  expect(first.closed).toEqual([]);
  other.release();
  await turn();
  expect([first.closed, second.closed]).toEqual([['a'], []]);
});

test('while another version is loaded, the one before serves', async () => {
  const first = modelOf('a');
  const manager = await serving(first);
  const loaded = deferred<ServedModel>();
  const served = manager.serve({ commit: 'b', run: () => loaded.promise });
  expect(manager.state()).toEqual({ status: 'ready', commit: 'a', model: first, next: 'b' });
  expect(manager.acquire().model).toBe(first);
  loaded.resolve(modelOf('b'));
  await served;
  expect(manager.state()).toMatchObject({ status: 'ready', commit: 'b' });
});

test.each<[string, (model: ServedModel) => Parameters<Manager['serve']>[0]]>([
  ['loaded', () => ({ commit: 'b', run: () => Promise.reject(new Error('bad')) })],
  [
    'agreed on',
    (model) => ({
      commit: 'b',
      run: async () => model,
      beforeServing: () => Promise.reject(new Error('bad')),
    }),
  ],
])(
  'a version that can’t be %s leaves the one before serving, and nothing running',
  async (_, load) => {
    const [first, second] = [modelOf('a'), modelOf('b')];
    const manager = await serving(first);
    await expect(manager.serve(load(second))).rejects.toThrow('bad');
    expect(manager.state()).toEqual({ status: 'ready', commit: 'a', model: first });
    expect(manager.acquire().model).toBe(first);
    expect(first.closed).toEqual([]);
    if (_ === 'agreed on') {
      expect(second.closed).toEqual(['b']);
    }
  },
);

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
  const served = manager.serve({ commit: 'a', run: () => loaded.promise });
  manager.drain();
  loaded.resolve(model);
  await served;
  expect(manager.state().status).toBe('draining');
  await manager.close();
  expect(model.closed).toEqual(['a']);
});
