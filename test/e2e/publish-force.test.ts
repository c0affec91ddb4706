/** `publish --force`: the reason is in the store, and each command that reads it reports it. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { MODEL, pinnedJson, variantOfPinned } from '../support/pinned.ts';
import { runCommand, startServer } from '../support/server.ts';

const REASON = 'metrics.json: expected trained_from';

test('what publish refuses is published, reported by list, gate and serve, and served if it can be', async () => {
  const { trained_from: _, ...unrecorded } = pinnedJson<Record<string, unknown>>('metrics.json');
  const { store: source, sha } = variantOfPinned({ 'metrics.json': JSON.stringify(unrecorded) });
  const env = { MODEL_STORE: temporaryFolder() };
  const publish = (...more: string[]) =>
    runCommand(['models', 'publish', sha, '--from', source, '--json', ...more], env);

  const refused = await publish();
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(REASON)]);
  const forced = await publish('--force');
  expect(forced.code).toBe(0);
  expect(forced.stderr).toContain('published nevertheless, since --force was given');
  const result = JSON.parse(forced.stdout);
  expect(result).toMatchObject({ result: 'published', forced: expect.stringContaining(REASON) });

  const path = join(env.MODEL_STORE, MODEL, `${sha}.publication.json`);
  const publication = readFileSync(path, 'utf8');
  expect(JSON.parse(publication)).toMatchObject({ forced: result.forced, by: expect.any(String) });
  const list = await runCommand(['models', 'list'], env);
  expect(list.stdout).toContain(`${sha.slice(0, 7)} was published by --force: ${result.forced}`);
  const gate = await runCommand(['models', 'gate', sha, '--json'], env);
  expect(gate.code).toBe(1);
  expect(JSON.parse(gate.stdout).checks[0]).toEqual({
    ...{ name: 'published with --force', result: 'info', detail: result.forced },
  });
  const server = await startServer({ ...env, MODEL_COMMIT: sha });
  expect(server.lines).toContainEqual(
    expect.objectContaining({ event: 'forced_version', level: 'warn', commit: sha }),
  );
  const body = await (await fetch(`${server.url}/model`)).json();
  expect(body).toMatchObject({ commit: sha, forced: result.forced });
  await server.stop();
  // A publication is recorded once.
  expect((await publish('--force')).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(publication);
});

test('what a server can not load is published by --force, and neither served nor pinned', async () => {
  const { store: source, sha } = variantOfPinned({ 'hyperparameters.json': '{}' });
  const env = { MODEL_STORE: temporaryFolder() };
  const args = ['models', 'publish', sha, '--from', source, '--force'];
  expect((await runCommand(args, env)).code).toBe(0);
  const serve = await runCommand(['serve'], { ...env, MODEL_COMMIT: sha });
  expect([serve.code, serve.stderr]).toEqual([2, expect.stringContaining('to be retrained')]);
  const pin = await runCommand(['models', 'pin', sha], env);
  expect([pin.code, pin.stderr]).toEqual([1, expect.stringContaining('to be retrained')]);
});

test('what a version is not proven to be is not published by --force either', async () => {
  const { store: source, sha } = variantOfPinned({});
  appendFileSync(join(source, MODEL, sha, 'golden.json'), ' ');
  const env = { MODEL_STORE: temporaryFolder() };
  const { code, stderr } = await runCommand(
    ['models', 'publish', sha, '--from', source, '--force'],
    env,
  );
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('golden.json is larger than expected'),
  ]);
});

test('publish measures the latency of one text', async () => {
  const repository = await createModelRepository();
  expect((await repository.commitVersion()).code).toBe(0);
  const env = { MODEL_STORE: temporaryFolder() };
  const args = ['models', 'publish', 'HEAD', '--repository', repository.folder, '--json'];
  const { code, stdout } = await runCommand(args, env);
  expect(code).toBe(0);
  const { latencyMs, commit } = JSON.parse(stdout);
  expect(latencyMs).toBeGreaterThan(0);
  const list = await runCommand(['models', 'list', '--json'], env);
  expect(JSON.parse(list.stdout)).toMatchObject([{ commit, latencyMs, storedIn: ['store'] }]);
});
