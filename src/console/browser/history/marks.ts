/** What is known of a commit beside its content: where it is pinned and live. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { HistoryCommit, LiveVersions, ModelHistory } from '../../../api/history.ts';

/** What a server serves that names no version. */
const DEFAULT_ALIAS = 'production';

export interface Marks {
  readonly pins: ModelHistory['pins'];
  readonly servers: LiveVersions['servers'];
}

export function marksOf(history: ModelHistory, live: LiveVersions | undefined): Marks {
  return { pins: history.pins, servers: live?.servers ?? [] };
}

/** Tags, branches, pins and servers of a commit. */
export function chips(
  { commit, tags, branches }: Pick<HistoryCommit, 'commit' | 'tags' | 'branches'>,
  { pins, servers }: Marks,
): VNode[] {
  const chip = (kind: string, text: string, title: string): VNode =>
    html`<span class=${`chip ${kind}`} title=${title}>${text}</span>`;
  return [
    ...servers
      .filter((server) => server.commit === commit)
      .map(({ name }) => chip('live', `live: ${name}`, `${name} serves this version`)),
    ...pins
      .filter((pin) => pin.commit === commit)
      .map(({ alias }) =>
        chip(
          'pinned',
          alias === DEFAULT_ALIAS ? 'pinned' : `pinned: ${alias}`,
          `The store pins this version as ${alias}`,
        ),
      ),
    ...tags.map((tag) => chip('tag', tag, `Tag ${tag}`)),
    ...branches.map((branch) => chip('branch', branch, `Branch ${branch}`)),
  ];
}
