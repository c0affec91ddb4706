/** `commit.json`: the listing of a version, and the proof that it is the commit's. */
import { z } from 'zod';
import { ModelError, notProven } from './errors.ts';
import {
  algorithmOf,
  type Commit,
  type HashAlgorithm,
  isFullSha,
  lfsPointer,
  objectId,
  parseCommit,
  rootTreeId,
} from './git-objects.ts';
import { checkJson, parseJson } from './json.ts';

export const MANIFEST_FILE = 'commit.json';
export const MAX_MANIFEST_BYTES = 8 * 1024 ** 2;

const MAX_FILES = 10_000;
/** Below the maximum of a Buffer of Node 20, 4 GiB, and above the weights of any text classifier. */
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const MAX_PATH_LENGTH = 1024;

const size = z.int().min(0).max(MAX_FILE_BYTES);
const objectName = z.string().refine(isFullSha, 'expected a full object id in lower-case hex');

const fileSchema = z.strictObject({
  path: z.string().refine(isSafePath, {
    error: ({ input }) =>
      `expected a path that stays in the folder, of at most ${MAX_PATH_LENGTH} characters, without ` +
      `control characters and backslashes, not ${MANIFEST_FILE}, found ${JSON.stringify(input)}`,
  }),
  mode: z.literal('100644', 'only regular files (mode 100644) can be part of a version'),
  blob: objectName.describe('Id of the git blob.'),
  size: size.describe('Bytes of the git blob: for a git-lfs file, of its pointer.'),
  lfs: z
    .strictObject({
      oid: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('SHA-256 of the file itself.'),
      size: size.describe('Bytes of the file itself.'),
    })
    .optional()
    .describe('Of a git-lfs file.'),
});

const filesSchema = z.array(fileSchema).min(1).max(MAX_FILES);

export const manifestSchema = z
  .strictObject({
    commit: objectName.describe('The full SHA of the version.'),
    object: z.string().describe('The raw commit object, as text.'),
    files: filesSchema.describe('In the order of git.'),
  })
  .meta({
    title: 'commit.json',
    description:
      'The listing of a published version, from which it is verified. `models publish` writes this file; it is ' +
      'not in the repository.',
  });

export type VersionFile = z.infer<typeof fileSchema>;

/** Bytes of a file in a store: of a git-lfs file itself, not of its pointer. */
export function sizeOf(file: VersionFile): number {
  return file.lfs?.size ?? file.size;
}

/** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
export function digestOf({ lfs, blob }: VersionFile): string {
  return lfs ? `sha256:${lfs.oid}` : `git-blob:${blob}`;
}

/** A listing that is proven to be the commit's. */
export interface Manifest {
  readonly commit: string;
  readonly details: Commit;
  readonly files: readonly VersionFile[];
}

/** The bytes of `commit.json`. */
export function formatManifest(manifest: z.input<typeof manifestSchema>): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

function isSafePath(path: string): boolean {
  return (
    path.length <= MAX_PATH_LENGTH &&
    path !== MANIFEST_FILE &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
    !/[\\\u0000-\u001f]/.test(path) &&
    path.isWellFormed() &&
    path.split('/').every((part) => part !== '' && !/^(?:\.{1,2}|\.git)$/i.test(part))
  );
}

/**
 * Parses `commit.json` and proves it from the SHA alone: files → pointers → trees → commit → SHA.
 * The files themselves are not read; each is proven by its `blob` or `lfs.oid` when it is read.
 *
 * @throws ModelError `not-proven`, naming what was expected and what was found.
 */
export function parseManifest(bytes: Buffer, sha: string): Manifest {
  const { commit, object, files } = decode(bytes);
  const algorithm = algorithmOf(sha);
  if (commit !== sha) {
    throw refusal('commit', sha, commit);
  }
  const commitId = objectId('commit', Buffer.from(object), algorithm);
  if (commitId !== sha) {
    throw refusal('id of the commit object', sha, commitId);
  }
  assertOrder(files);
  for (const file of files) {
    checkIds(file, sha, algorithm);
  }
  const details = parseCommit(object);
  const tree = rootTreeId(files, algorithm);
  if (tree !== details.tree) {
    throw refusal('tree of the listed files', details.tree, tree);
  }
  return { commit, details, files };
}

/**
 * Checks that a tree can be listed, before it is committed.
 *
 * @throws ModelError `unfit` for a file that no version can have.
 */
export function assertListable(tree: string, entries: readonly VersionFile[]): void {
  const files = checkJson(filesSchema, entries, 'files');
  if (rootTreeId(files, algorithmOf(tree)) !== tree) {
    throw new ModelError(
      'unfit',
      'expected paths in UTF-8, found other bytes in the name of a file',
    );
  }
}

function refusal(property: string, expected: string | number, found: string | number): ModelError {
  return notProven(MANIFEST_FILE, property, expected, found);
}

function decode(bytes: Buffer): z.infer<typeof manifestSchema> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError('not-proven', `${MANIFEST_FILE} is not UTF-8`, { cause });
  }
  const json = parseJson(text, MANIFEST_FILE, 'not-proven');
  return checkJson(manifestSchema, json, MANIFEST_FILE, 'not-proven');
}

function assertOrder(files: readonly VersionFile[]): void {
  let previous = '';
  for (const { path } of files) {
    if (Buffer.compare(Buffer.from(previous), Buffer.from(path)) >= 0) {
      throw refusal('files', "paths in git's order, each once", `"${path}" after "${previous}"`);
    }
    previous = path;
  }
}

/** Checks the length of a file's id, and for a git-lfs file, that the id is that of its pointer. */
function checkIds(file: VersionFile, sha: string, algorithm: HashAlgorithm): void {
  if (file.blob.length !== sha.length) {
    throw refusal(`blob of ${file.path}`, `${sha.length} hex digits`, file.blob.length);
  }
  if (!file.lfs) {
    return;
  }
  const pointer = lfsPointer(file.lfs.oid, file.lfs.size);
  const blob = objectId('blob', pointer, algorithm);
  if (blob !== file.blob) {
    throw refusal(`blob of the git-lfs pointer of ${file.path}`, file.blob, blob);
  }
  if (file.size !== pointer.byteLength) {
    throw refusal(`size of the git-lfs pointer of ${file.path}`, pointer.byteLength, file.size);
  }
}
