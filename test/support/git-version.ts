/** Real git repositories, and versions laid out from their commits as design and server expect them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../tools/temporary.mjs';

export { temporaryFolder };

export interface Repository {
  readonly folder: string;
  git(...args: string[]): string;
  /** Reads a stream of commits, for histories that would take long to make one by one. */
  fastImport(stream: string): void;
  /** Commits exactly these files; those of `lfs` as git-lfs pointers. @returns the SHA. */
  commit(files: Readonly<Record<string, string | Buffer>>, message?: string): string;
  /** Writes `<store>/<model>/<sha>/…` as in the commit, git-lfs files with their bytes. */
  layOut(sha: string, store: string, model?: string): string;
}

/** Environment in which git reads no settings of the machine or the user, such as git-lfs's filters. */
export const PLAIN_GIT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

interface GitOptions {
  /** Added to this process's environment and PLAIN_GIT. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Buffer;
}

/** Runs git in a folder, plain. @returns what it prints. @throws where it fails. */
export function runGit(
  folder: string,
  args: readonly string[],
  { env, input }: GitOptions = {},
): Buffer {
  return execFileSync('git', ['-C', folder, ...args], {
    maxBuffer: 1024 ** 3,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...PLAIN_GIT, ...env },
    ...(input !== undefined && { input }),
  });
}

/** Reads objects in one process of git. @param names such as `HEAD:path`, or ids. */
export function readGitObjects(folder: string, names: readonly string[]): Buffer[] {
  const output = runGit(folder, ['cat-file', '--batch'], { input: names.join('\n') });
  let at = 0;
  return names.map((name) => {
    const end = output.indexOf('\n', at);
    // `<id> <type> <size>`, then the bytes and a line feed.
    const size = Number(/^\w+ \w+ (\d+)$/.exec(output.toString('utf8', at, end))?.[1]);
    if (Number.isNaN(size)) {
      throw new Error(`${name} is no object: ${output.toString('utf8', at, end)}`);
    }
    at = end + 1 + size + 1;
    return output.subarray(end + 1, end + 1 + size);
  });
}

const AUTHOR = {
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.com',
};

export function createRepository(
  options: { objectFormat?: 'sha1' | 'sha256'; lfs?: readonly string[] } = {},
): Repository {
  const { objectFormat = 'sha1', lfs = [] } = options;
  const folder = temporaryFolder();
  const lfsBytes = new Map<string, Buffer>();
  const git = (...args: string[]): string => runGit(folder, args, { env: AUTHOR }).toString('utf8');
  git('init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`);

  return {
    folder,
    git,
    fastImport(stream) {
      runGit(folder, ['fast-import', '--quiet'], { env: AUTHOR, input: stream });
    },
    commit(files, message = 'A version') {
      git('rm', '-rq', '--ignore-unmatch', '.');
      for (const [path, content] of Object.entries(files)) {
        const bytes = Buffer.from(content);
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), lfs.includes(path) ? pointerTo(bytes, lfsBytes) : bytes);
      }
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD').trim();
    },
    layOut(sha, store, model = 'tweet-sentiment') {
      const target = join(store, model, sha);
      const entries = git('ls-tree', '-r', '-l', '-z', sha)
        .split('\0')
        .filter(Boolean)
        .map((entry) => /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(entry)?.slice(1) as Entry);
      const [object, ...contents] = readGitObjects(folder, [
        sha,
        ...entries.map(([, blob]) => blob),
      ]);
      const files = entries.map(([mode, blob, size, path], at) => {
        const content = contents[at] as Buffer;
        const oid = POINTER.exec(content.toString('utf8', 0, 200))?.[1];
        const bytes = oid ? (lfsBytes.get(oid) as Buffer) : content;
        mkdirSync(dirname(join(target, path)), { recursive: true });
        writeFileSync(join(target, path), bytes);
        const file = { path, mode, blob, size: Number(size) };
        return oid ? { ...file, lfs: { oid, size: bytes.byteLength } } : file;
      });
      writeFileSync(
        join(target, 'commit.json'),
        `${JSON.stringify({ commit: sha, object: `${object}`, files }, null, 2)}\n`,
      );
      return target;
    },
  };
}

type Entry = [mode: string, blob: string, size: string, path: string];
const POINTER = /^version https:\/\/git-lfs.*oid sha256:(\w+)/s;

/** The git-lfs specification's pointer file, independent of the code under test. */
function pointerTo(bytes: Buffer, lfsBytes: Map<string, Buffer>): string {
  const oid = createHash('sha256').update(bytes).digest('hex');
  lfsBytes.set(oid, bytes);
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.byteLength}\n`;
}
