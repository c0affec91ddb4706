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
  /** Commits exactly these files; those of `lfs` as git-lfs pointers. @returns the SHA. */
  commit(files: Readonly<Record<string, string | Buffer>>, message?: string): string;
  /** Writes `<store>/<model>/<sha>/…` as it stands in the commit, git-lfs files with their bytes. */
  layOut(sha: string, store: string, model?: string): string;
}

/** Environment in which git knows nothing of the machine's and the user's own settings. */
export const PLAIN_GIT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

export function createRepository(
  options: { objectFormat?: 'sha1' | 'sha256'; lfs?: readonly string[] } = {},
): Repository {
  const { objectFormat = 'sha1', lfs = [] } = options;
  const folder = temporaryFolder();
  const lfsBytes = new Map<string, Buffer>();
  const run = (args: readonly string[]): Buffer =>
    execFileSync('git', ['-C', folder, ...args], {
      maxBuffer: 1024 ** 3,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...PLAIN_GIT,
        GIT_AUTHOR_NAME: 'A U Thor',
        GIT_AUTHOR_EMAIL: 'author@example.com',
        GIT_COMMITTER_NAME: 'C O Mitter',
        GIT_COMMITTER_EMAIL: 'committer@example.com',
      },
    });
  const git = (...args: string[]): string => run(args).toString('utf8');
  git('init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`);

  return {
    folder,
    git,
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
      const entries = git('ls-tree', '-r', '-l', '-z', sha).split('\0').filter(Boolean);
      const files = entries.map((entry) => {
        const [, mode, blob, size, path] = /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(
          entry,
        ) as string[];
        const content = run(['cat-file', 'blob', blob as string]);
        const oid = /^version https:\/\/git-lfs.*oid sha256:(\w+)/s.exec(content.toString())?.[1];
        const bytes = oid ? (lfsBytes.get(oid) as Buffer) : content;
        mkdirSync(dirname(join(target, path as string)), { recursive: true });
        writeFileSync(join(target, path as string), bytes);
        const file = { path, mode, blob, size: Number(size) };
        return oid ? { ...file, lfs: { oid, size: bytes.byteLength } } : file;
      });
      const object = run(['cat-file', 'commit', sha]).toString('utf8');
      writeFileSync(
        join(target, 'commit.json'),
        `${JSON.stringify({ commit: sha, object, files }, null, 2)}\n`,
      );
      return target;
    },
  };
}

/** The git-lfs specification's pointer file, written here apart from the code under test. */
function pointerTo(bytes: Buffer, lfsBytes: Map<string, Buffer>): string {
  const oid = createHash('sha256').update(bytes).digest('hex');
  lfsBytes.set(oid, bytes);
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.byteLength}\n`;
}
