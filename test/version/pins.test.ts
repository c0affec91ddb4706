import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ModelError } from '../../src/version/errors.ts';
import { type PinChange, pinAlias, readPinned, readPins } from '../../src/version/pins.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { openStore } from '../../src/version/stores/open.ts';
import type { WritableStore } from '../../src/version/stores/store.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { sha } from '../support/models.ts';
import { startObjectServer } from '../support/object-server.ts';
import { MODEL } from '../support/pinned.ts';

const LOG = join(MODEL, 'pins', 'production');

let folder: string;
let store: WritableStore;
beforeEach(() => {
  folder = temporaryFolder();
  store = createFolderStore(folder);
});

const target = (to: WritableStore = store) => ({ store: to, model: MODEL, alias: 'production' });
const pin = (to: string | null, change: Partial<PinChange> = {}, on = store) =>
  pinAlias(target(on), { to, by: 'A U Thor <author@example.com>', ...change });
const file = (path: string) => join(folder, MODEL, path);
const pinned = () => readFileSync(file('PINNED'), 'utf8');
/** A minute and more after whatever the test did before. */
const later = (minutes: number) => new Date(Date.now() + minutes * 61_000);

describe('pins', () => {
  test('are in the file and in the log, with who, when, why, from and to', async () => {
    const now = new Date('2026-01-31T12:00:00Z');
    await pin(sha('a'), { now, reason: 'first' });
    const result = await pin(sha('b'), { now });
    expect(result).toMatchObject({ from: sha('a'), unloggedAfter: undefined });
    expect(pinned()).toBe(`${sha('b')}\n`);
    const by = 'A U Thor <author@example.com>';
    const time = '2026-01-31T12:00:00.000Z';
    expect(await readPins(target(), 10)).toEqual([
      { number: 2, time, from: sha('a'), to: sha('b'), by, isAfterUnloggedChange: false },
      {
        ...{ number: 1, time, from: null, to: sha('a'), by, reason: 'first' },
        isAfterUnloggedChange: false,
      },
    ]);
    expect(await readPins(target(), 1)).toHaveLength(1);
  });

  test('of what is pinned already are not logged', async () => {
    await pin(sha('a'));
    expect((await pin(sha('a'))).entry).toBeUndefined();
    expect(readdirSync(join(folder, LOG))).toEqual(['1.json']);
  });

  test('can be removed, and an alias pinned again', async () => {
    await pin(sha('a'));
    await pin(null, { reason: 'not used' });
    expect(await readPinned(target())).toBeNull();
    await pin(sha('b'));
    expect((await readPins(target(), 9)).map(({ from, to }) => [from, to])).toEqual([
      [null, sha('b')],
      [sha('a'), null],
      [null, sha('a')],
    ]);
  });

  test('of other aliases have their own file and log', async () => {
    await pin(sha('a'));
    const staging = { ...target(), alias: 'staging' };
    await pinAlias(staging, { to: sha('b'), by: 'x' });
    expect(pinned()).toBe(`${sha('a')}\n`);
    expect(readFileSync(file('PINNED.staging'), 'utf8')).toBe(`${sha('b')}\n`);
    expect(await readPins(staging, 9)).toMatchObject([{ number: 1, from: null, to: sha('b') }]);
  });

  test('at the same time: one each is made, and the log has exactly these', async () => {
    const digits = [...'0123456789abcdef'];
    for (let round = 0; round < 5; round++) {
      const before = await readPins(target(), 1_000);
      const results = await Promise.allSettled(digits.map((digit) => pin(sha(digit))));
      const made = results.flatMap((result) =>
        result.status === 'fulfilled' ? [result.value] : [],
      );
      const logged = (await readPins(target(), 1_000)).slice(0, -before.length || undefined);
      const madeEntries = made.flatMap(({ entry }) => entry ?? []);
      expect(madeEntries.length).toBeGreaterThan(0);
      expect(logged.map(({ to }) => to).sort()).toEqual(madeEntries.map(({ to }) => to).sort());
      expect(pinned()).toBe(`${logged[0]?.to}\n`);
      expect(logged.filter((entry) => entry.isAfterUnloggedChange)).toEqual([]);
      for (const result of results) {
        if (result.status === 'rejected') {
          expect(result.reason).toMatchObject({ code: 'conflict' });
        }
      }
    }
  });
});

describe('a file changed by hand', () => {
  test('is noticed by the next pin, and in the log', async () => {
    await pin(sha('a'));
    writeFileSync(file('PINNED'), `${sha('c')}\n`);
    const result = await pin(sha('b'));
    expect(result).toMatchObject({ from: sha('c'), unloggedAfter: sha('a') });
    expect(await readPins(target(), 1)).toMatchObject([
      { from: sha('c'), to: sha('b'), isAfterUnloggedChange: true },
    ]);
  });

  test('to what is to be pinned: logged as well', async () => {
    await pin(sha('a'));
    writeFileSync(file('PINNED'), `${sha('b')}\n`);
    expect((await pin(sha('b'))).entry).toMatchObject({ from: sha('b'), to: sha('b') });
  });

  test('before the first pin is what it was before', async () => {
    mkdirSync(join(folder, MODEL));
    writeFileSync(file('PINNED'), sha('a'));
    expect(await pin(sha('b'))).toMatchObject({ from: sha('a'), unloggedAfter: undefined });
    expect(pinned()).toBe(`${sha('b')}\n`);
  });

  test('to another text than a SHA: replaced, and logged as it was', async () => {
    await pin(sha('a'));
    writeFileSync(file('PINNED'), 'main\n');
    expect((await pin(sha('b'))).from).toBe('main');
    expect(pinned()).toBe(`${sha('b')}\n`);
  });
});

describe('a pin that was interrupted before its file was written', () => {
  const failing = (): WritableStore => ({
    ...store,
    replace: async () => {
      throw new Error('killed');
    },
  });
  beforeEach(async () => {
    await pin(sha('a'));
    await expect(pin(sha('b'), {}, failing())).rejects.toThrow('killed');
    expect(pinned()).toBe(`${sha('a')}\n`);
  });

  test('may still go on: another one waits', async () => {
    await expect(pin(sha('c'))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`the pin to ${sha('b')} by A U Thor`),
    });
    expect(pinned()).toBe(`${sha('a')}\n`);
  });

  test('on a machine whose clock is fast, is not waited for longer', async () => {
    expect(await pin(sha('c'), { now: later(-2) })).toMatchObject({ unloggedAfter: sha('b') });
  });

  test('a minute later, another one is made, and says what it found', async () => {
    const result = await pin(sha('c'), { now: later(1) });
    expect(result).toMatchObject({ from: sha('a'), unloggedAfter: sha('b') });
    expect(pinned()).toBe(`${sha('c')}\n`);
  });
});

test('one who is late does not undo what came after', async () => {
  await pin(sha('a'));
  // Between its entry and its file, another one is made as after a minute.
  const late: WritableStore = {
    ...store,
    replace: async (key, bytes, expected) => {
      if (bytes.toString() === `${sha('b')}\n`) {
        await pin(sha('c'), { now: later(2) });
      }
      return store.replace(key, bytes, expected);
    },
  };
  await pin(sha('b'), {}, late);
  expect(pinned()).toBe(`${sha('c')}\n`);
});

test('a lost response to the request that made the entry is no conflict', async () => {
  const lossy: WritableStore = {
    ...store,
    create: async (key, bytes) => {
      await store.create(key, bytes);
      return store.create(key, bytes);
    },
  };
  expect((await pin(sha('a'), {}, lossy)).entry).toMatchObject({ to: sha('a') });
  expect(pinned()).toBe(`${sha('a')}\n`);
});

test('the log of a web server is read without listing it', async () => {
  await pin(sha('a'));
  await pin(sha('b'));
  const server = await startObjectServer(folder);
  const web = openStore(`${server.url}/bucket`);
  const found = await readPins({ store: web, model: MODEL, alias: 'production' }, 10);
  expect(found.map(({ to }) => to)).toEqual([sha('b'), sha('a')]);
  await server.close();
});

describe('a store that can’t be listed', () => {
  const entry = { time: new Date(0).toISOString(), from: null, to: sha('a'), by: 'x' };
  const answering = (answer: (number: number) => string | undefined) => {
    const reads: number[] = [];
    const read = async (key: string): Promise<Buffer> => {
      const number = Number(/(\d+)\.json$/.exec(key)?.[1]);
      reads.push(number);
      const text = answer(number);
      if (text === undefined) {
        throw new ModelError('not-found', key);
      }
      return Buffer.from(text);
    };
    const log = readPins({ store: { location: 'web', read }, model: MODEL, alias: 'staging' }, 2);
    return { reads, log };
  };

  test.each([1, 2, 3, 4, 1_000, 100_000])('has a log of %d entries', async (count) => {
    const { log, reads } = answering((number) =>
      number <= count ? JSON.stringify(entry) : undefined,
    );
    expect((await log)[0]?.number).toBe(count);
    expect(reads.length).toBeLessThan(50);
  });

  test.each([
    ['a page', '<!doctype html>', 'is not JSON'],
    ['an entry', JSON.stringify(entry), 'expected the last entry'],
  ])('answers every request with %s', async (_, text, message) => {
    await expect(answering(() => text).log).rejects.toThrow(message);
  });
});

test('files in the folder of the log that are no entries are left out', async () => {
  await pin(sha('a'));
  for (const name of ['99999999999999999999999.json', '007.json', '2.json.bak', '0.json']) {
    writeFileSync(join(folder, LOG, name), '');
  }
  await pin(sha('b'));
  expect((await readPins(target(), 9)).map(({ number }) => number)).toEqual([2, 1]);
});

test('a log with 200,000 entries has a last one', async () => {
  const names = Array.from({ length: 200_000 }, (_, index) => `${index + 1}.json`);
  const bytes = Buffer.from(JSON.stringify({ time: new Date(0), from: null, to: null, by: 'x' }));
  const long = { location: 'long', list: async () => names, read: async () => bytes };
  const [last] = await readPins({ store: long, model: MODEL, alias: 'staging' }, 1);
  expect(last?.number).toBe(200_000);
});

test('a reason that is too long is refused', async () => {
  await expect(pin(sha('a'), { reason: 'x'.repeat(5_000) })).rejects.toMatchObject({
    code: 'bad-reference',
    message: expect.stringContaining('reason'),
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('an entry that is none is named', async () => {
  await pin(sha('a'));
  writeFileSync(join(folder, LOG, '1.json'), '{"to": "main"}');
  await expect(pin(sha('b'))).rejects.toThrow(/pins\/production\/1\.json/);
  rmSync(join(folder, LOG, '1.json'));
});

test.each(['Production', '../x', 'a/b', '', '-a', 'a'.repeat(51)])(
  'an alias is never called %j',
  async (alias) => {
    await expect(pinAlias({ ...target(), alias }, { to: sha('a'), by: 'x' })).rejects.toMatchObject(
      { code: 'bad-reference' },
    );
  },
);
