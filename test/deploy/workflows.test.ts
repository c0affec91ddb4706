/** The workflows of GitHub run what is there, on the versions of Node that are supported, with few permissions. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { codeSpans, listFiles, readDocument, tableRows } from '../docs/markdown.ts';
import { ROOT } from '../support/server.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly if?: string;
  readonly environment?: string;
  readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
  readonly container?: { readonly image: string };
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const PATHS = listFiles('.github/workflows');
const workflows = PATHS.map((path) => {
  const text = readDocument(path);
  return { path, text, content: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ path, content }) =>
  Object.entries(content.jobs).map(([name, job]) => ({ path, name, job })),
);
const steps = jobs.flatMap(({ job }) => job.steps ?? []);
const commands = steps.flatMap(({ run }) => run ?? []);

const minimum = manifest.engines.node.replace('>=', '');
const recommended = readDocument('.nvmrc').trim();

describe('what they run', () => {
  test('scripts of package.json', () => {
    const words = commands.flatMap((run) =>
      [...run.matchAll(/\bnpm ([\w:-]+)(?: ([\w:-]+))?/g)].map(([, word, name]) => [word, name]),
    );
    const npmsOwn = ['ci', 'run', 'pkg', 'publish', 'test'];
    expect(words.filter(([word]) => !npmsOwn.includes(word as string))).toEqual([]);
    const names = words.flatMap(([word, name]) => (word === 'run' ? name : []));
    expect(names).toContain('check');
    expect(names.filter((name) => !Object.hasOwn(manifest.scripts, name as string))).toEqual([]);
  });

  test('files of the project', () => {
    const paths = commands.flatMap((run) =>
      [...run.matchAll(/(?<![\w./-])(?:\.ci|release|test|tools|deploy)\/[\w./-]+/g)].map(
        ([path]) => path,
      ),
    );
    expect(paths).toContain('.ci/run');
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('each test with containers that .ci/run has', () => {
    const shell = /\bbash (test\/e2e\/\w+\.sh)/g;
    const found = (text: string) => [...text.matchAll(shell)].map(([, path]) => path);
    const expected = found(readDocument('.ci/run'));
    expect(expected.length).toBeGreaterThan(0);
    expect(found(commands.join('\n'))).toEqual(expected);
  });

  test('no value of an event or a name of a branch as a part of a command', () => {
    expect(commands.filter((run) => run.includes('${{'))).toEqual([]);
  });
});

describe('actions', () => {
  const uses = [
    ...steps.flatMap((step) => step.uses ?? []),
    ...jobs.flatMap(({ job }) => job.uses ?? []),
  ];

  test('are pinned by a commit, with their version beside it', () => {
    const local = uses.filter((name) => name.startsWith('./'));
    expect(local.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const lines = workflows.flatMap(({ text }) => text.match(/^.*\buses: (?!\.\/).*$/gm) ?? []);
    expect(lines.length).toBe(uses.length - local.length);
    const isPinned = /uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(lines.filter((line) => !isPinned.test(line))).toEqual([]);
  });

  test('have one version each', () => {
    const remote = new Set(uses.filter((name) => !name.startsWith('./')));
    expect(new Set([...remote].map((name) => name.split('@')[0])).size).toBe(remote.size);
  });

  test('leave no token in the checkout', () => {
    const checkouts = steps.filter((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });
});

describe('versions of Node', () => {
  test('the tests run on the oldest that is supported, and on the recommended one', () => {
    const matrices = jobs.flatMap(({ job }) => job.strategy?.matrix.node ?? []);
    expect(matrices).toEqual([minimum, recommended]);
  });

  test('everything else runs on the recommended one', () => {
    const versions = steps.flatMap((step) => step.with?.['node-version'] ?? []);
    const images = jobs.flatMap(({ job }) => job.container?.image ?? []);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub.
    expect(new Set(versions)).toEqual(new Set(['${{ matrix.node }}', recommended]));
    expect(images).toEqual([`node:${recommended}-bookworm`]);
  });

  test('SUPPORT.md has them, and the image has the recommended one', () => {
    const rows = tableRows(readDocument('SUPPORT.md'), 'Node');
    expect(rows.map(([version = '']) => version.split(' ')[0])).toEqual([
      recommended,
      minimum,
      'other',
    ]);
    expect(rows[0]?.[1]).toContain('in the image');
    expect(readDocument('Dockerfile')).toContain(`ARG NODE_VERSION=${recommended}\n`);
  });
});

describe('permissions', () => {
  test('a workflow has none, or those to read the source', () => {
    const given = workflows.flatMap(({ content }) => Object.entries(content.permissions));
    expect(given).toEqual([['contents', 'read']]);
  });

  test('none is a word for many', () => {
    const given = jobs.map(({ job }) => job.permissions ?? {});
    expect(given.filter((each) => typeof each !== 'object')).toEqual([]);
  });

  test('nothing of a release begins with a pull request or a branch', () => {
    expect(Object.fromEntries(workflows.map(({ path, content }) => [path, content.on]))).toEqual({
      '.github/workflows/ci.yml': {
        push: { branches: ['main'] },
        pull_request: null,
        workflow_call: null,
      },
      '.github/workflows/release.yml': { push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } },
    });
  });

  test('a release is tested first, what is attested was built by a job that may write nothing, npm is last', () => {
    const order = jobs
      .filter(({ path }) => path.endsWith('release.yml'))
      .map(({ name, job }) => [name, job.needs]);
    expect(Object.fromEntries(order)).toEqual({
      ...{ ci: undefined, package: 'ci', attest: 'package', image: 'package' },
      ...{ npm: ['attest', 'image'], page: ['attest', 'image'] },
    });
    const npm = jobs.find(({ name }) => name === 'npm')?.job;
    expect(npm).toMatchObject({ if: "vars.PUBLISH_TO_NPM == 'true'", environment: 'npm' });
  });

  test('no job hides that a step failed, or has secrets or a machine of its own', () => {
    const text = workflows.map((each) => each.text).join('\n');
    expect(text.match(/continue-on-error|secrets[.:]|self-hosted|if: (?!vars)/g)).toBeNull();
  });

  test('a job may write what it has to', () => {
    const writes = jobs.map(({ path, name, job }) => [
      `${path.replace(/^.*\//, '')} ${name}`,
      Object.entries(job.permissions ?? {}).flatMap(([what, level]) =>
        level === 'write' ? [what] : [],
      ),
    ]);
    expect(Object.fromEntries(writes.filter(([, what]) => (what as string[]).length > 0))).toEqual({
      'release.yml attest': ['id-token', 'attestations'],
      'release.yml npm': ['id-token'],
      'release.yml image': ['packages', 'id-token', 'attestations'],
      'release.yml page': ['contents'],
    });
  });

  test('a job has an end', () => {
    const endless = jobs.filter(({ job }) => !job.uses && !job['timeout-minutes']);
    expect(endless).toEqual([]);
  });
});

describe('the notes of a release', () => {
  const print = (tag: string) =>
    spawnSync(process.execPath, ['tools/release-notes.mjs', tag], { cwd: ROOT, encoding: 'utf8' });

  test('are what CHANGELOG.md has about the version', () => {
    const tag = `v${manifest.version}`;
    const notes = execFileSync(process.execPath, ['tools/release-notes.mjs', tag], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(readDocument('CHANGELOG.md')).toContain(`\n${notes.trim()}\n`);
    expect(notes).not.toMatch(/^## /m);
  });

  test.each(['v0.0.1', 'main', manifest.version])('are refused for the tag %s', (tag) => {
    const { status, stderr } = print(tag);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `release-notes: expected the tag v${manifest.version}, the version of package.json, found ${tag}\n`,
    );
  });
});

test('the forms of issues have fields, and each has a name of its own', () => {
  const forms = listFiles('.github/ISSUE_TEMPLATE')
    .filter((path) => !path.endsWith('config.yml'))
    .map((path) => parse(readFileSync(join(ROOT, path), 'utf8')));
  expect(forms.map(({ name }) => name).sort()).toEqual(['Bug', 'Feature', 'Question']);
  for (const { description, body } of forms) {
    expect(description).toEqual(expect.any(String));
    const fields = body.filter(({ type }: { type: string }) => type !== 'markdown');
    const ids = fields.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(fields.length);
  }
});

test('Dependabot looks after what the project has', () => {
  const { updates } = parse(readDocument('.github/dependabot.yml'));
  const files: Record<string, string> = {
    npm: 'package-lock.json',
    docker: 'Dockerfile',
    'docker-compose': 'docker-compose.yml',
    'github-actions': '.github/workflows',
  };
  for (const { 'package-ecosystem': ecosystem, directory } of updates) {
    expect(directory).toBe('/');
    expect(existsSync(join(ROOT, files[ecosystem] as string))).toBe(true);
  }
});

test('the pull-request template names scripts that are there', () => {
  const named = codeSpans(readDocument('.github/pull_request_template.md'));
  const names = named.flatMap((code) => /^npm (?:run )?(\w+)$/.exec(code)?.[1] ?? []);
  expect(names).toEqual(['check', 'test']);
  expect(names.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
});
