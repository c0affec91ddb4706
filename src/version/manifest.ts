/** `commit.json`: what a version says of itself, and the proof that its listing is the commit's. */
import { z } from 'zod';
import { ModelError } from './errors.ts';
import {
  algorithmOf,
  type Commit,
  isFullSha,
  lfsPointer,
  objectId,
  parseCommit,
  rootTreeId,
} from './git-objects.ts';

export const MANIFEST_FILE = 'commit.json';
export const MAX_MANIFEST_BYTES = 8 * 1024 ** 2;

const MAX_FILES = 10_000;
/** Buffers of Node 20 end at 4 GiB; the weights of a text classifier end well before. */
const MAX_FILE_BYTES = 2 * 1024 ** 3;

const size = z.int().min(0).max(MAX_FILE_BYTES);
const objectName = z.string().refine(isFullSha, 'expected a full object id in lower-case hex');

const fileSchema = z.strictObject({
  path: z
    .string()
    .refine(isSafePath, 'a path must stay in the folder, with no empty, "." or ".git" part'),
  mode: z.literal('100644', 'only regular files (mode 100644) can be part of a version'),
  blob: objectName,
  /** Bytes of the git blob: for a git-lfs path, of its pointer. */
  size,
  lfs: z.strictObject({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
});

const manifestSchema = z.strictObject({
  commit: objectName,
  /** The raw commit object, as text. */
  object: z.string(),
  files: z.array(fileSchema).min(1).max(MAX_FILES),
});

export type VersionFile = z.infer<typeof fileSchema>;

/** Bytes of a file as it is laid out: of a git-lfs file itself, not of its pointer. */
export function sizeOf(file: VersionFile): number {
  return file.lfs?.size ?? file.size;
}

/** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
export function digestOf({ lfs, blob }: VersionFile): string {
  return lfs ? `sha256:${lfs.oid}` : `git-blob:${blob}`;
}

/** A listing that is proven to be the one of the commit. */
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
    path.length <= 1024 &&
    path !== MANIFEST_FILE &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
    !/[\\\u0000-\u001f]/.test(path) &&
    path.isWellFormed() &&
    path.split('/').every((part) => part !== '' && !/^(?:\.{1,2}|\.git)$/i.test(part))
  );
}

/**
 * Reads `commit.json` and proves it from the SHA alone: files → pointers → trees → commit → SHA.
 * No file of the version has been read yet; each is proven by its `blob` or `lfs.oid` when it is.
 *
 * @throws ModelError `not-proven`, naming what was expected and what was found.
 */
export function parseManifest(bytes: Buffer, sha: string): Manifest {
  const { commit, object, files } = parseJson(bytes);
  const algorithm = algorithmOf(sha);
  const refuse = (what: string, expected: string, found: string): never => {
    throw new ModelError(
      'not-proven',
      `${MANIFEST_FILE}: ${what}: expected ${expected}, found ${found}`,
    );
  };

  if (commit !== sha) {
    refuse('commit', sha, commit);
  }
  const commitId = objectId('commit', Buffer.from(object), algorithm);
  if (commitId !== sha) {
    refuse('id of the commit object', sha, commitId);
  }
  let previous = '';
  for (const file of files) {
    if (file.blob.length !== sha.length) {
      refuse(`blob of ${file.path}`, `${sha.length} hex digits`, `${file.blob.length}`);
    }
    if (Buffer.compare(Buffer.from(previous), Buffer.from(file.path)) >= 0) {
      refuse('files', "paths in git's order, each once", `"${file.path}" after "${previous}"`);
    }
    previous = file.path;
    if (file.lfs) {
      const pointer = lfsPointer(file.lfs.oid, file.lfs.size);
      const blob = objectId('blob', pointer, algorithm);
      if (blob !== file.blob) {
        refuse(`blob of the git-lfs pointer of ${file.path}`, file.blob, blob);
      }
      if (file.size !== pointer.byteLength) {
        refuse(
          `size of the git-lfs pointer of ${file.path}`,
          `${pointer.byteLength}`,
          `${file.size}`,
        );
      }
    }
  }
  const details = parseCommit(object);
  const tree = rootTreeId(files, algorithm);
  if (tree !== details.tree) {
    refuse('tree of the listed files', details.tree, tree);
  }
  return { commit, details, files };
}

function parseJson(bytes: Buffer): z.infer<typeof manifestSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError('not-proven', `${MANIFEST_FILE} is not JSON: ${reason}`, { cause: error });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ModelError(
      'not-proven',
      `${MANIFEST_FILE}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`,
    );
  }
  return parsed.data;
}
