/** What the HTTP layer needs to know of the model that is served. */

import { ProblemError } from '../http/problems.ts';
import type { Classifier } from '../inference/classifier.ts';

export interface ModelFile {
  readonly path: string;
  readonly size: number;
  /** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
  readonly digest: string;
}

/** A version that has been proven and loaded. */
export interface ServedModel {
  readonly name: string;
  readonly commit: string;
  /** Such as `v1.0.0`; undefined where the version has none. */
  readonly tag: string | undefined;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly date: string;
  readonly parents: readonly string[];
  /** What the version was made of, by kind. */
  readonly ingredients: Readonly<Record<string, readonly ModelFile[]>>;
  readonly metrics: unknown;
  readonly loadedAt: string;
  readonly classifier: Classifier;
  /** Proven bytes of a file; undefined where the version has none of that path. */
  read(path: string): Promise<Buffer | undefined>;
}

export type ModelState =
  /** Without a commit until a remote store has told which one it pins. */
  | { readonly status: 'loading'; readonly commit: string | undefined }
  | { readonly status: 'ready'; readonly commit: string; readonly model: ServedModel }
  | { readonly status: 'draining'; readonly commit: string | undefined };

/** @throws ProblemError 503 unless the server can predict. */
export function readyModel(state: ModelState): ServedModel {
  switch (state.status) {
    case 'ready':
      return state.model;
    case 'loading':
      throw new ProblemError('not-ready', loading(state.commit), { 'retry-after': '1' });
    case 'draining':
      throw new ProblemError('draining', 'The server answers what it has accepted, then ends', {
        'retry-after': '1',
        connection: 'close',
      });
  }
}

function loading(commit: string | undefined): string {
  return commit === undefined
    ? 'The store is being asked which model to serve'
    : `Model ${commit} is being loaded and checked`;
}
