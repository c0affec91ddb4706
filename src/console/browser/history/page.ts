/** The page: the graph of commits, and beside it the card of a version or two versions side by side. */
import { html } from 'htm/preact';
import { type ComponentChildren, h, type VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LiveVersions, ModelHistory } from '../../../api/history.ts';
import { counted, shortCommit } from '../../../terminal/quantities.ts';
import { storedKey, storeKey } from '../api.ts';
import { KeyForm } from '../components/key-form.ts';
import { empty, panel, warning } from '../components/parts.ts';
import { ChangesView } from './changes-view.ts';
import { CommitGraph } from './graph.ts';
import { type Marks, marksOf } from './marks.ts';
import { useJson } from './use-json.ts';
import { VersionView } from './version-view.ts';
import { fragmentOf, inOrder, nameOf, parseFragment, type View } from './view.ts';

/** A repository may change, and other versions may go live. */
const HISTORY_MS = 30_000;
const LIVE_MS = 10_000;

export function HistoryPage(): VNode {
  const version = useRefresh(HISTORY_MS);
  const { value, error, needsKey } = useJson<ModelHistory>('/console/history', version);
  const { value: live } = useJson<LiveVersions>('/console/history/live', useRefresh(LIVE_MS));
  const history = useLast(value);
  const [, setKey] = useState('');
  useEffect(() => {
    document.title = history ? `${history.model}: history` : 'Model history';
  }, [history]);
  return html`
    <header>
      ${live?.hasConsole && html`<a class="to-console" href="/">Console</a>`}
      <h1>${history?.model ?? 'Model history'}</h1>
      ${history && html`<p class="note">${summaryOf(history)}</p>`}
      ${live && html`<p class="note servers">${history && live.servers.map((server) => serverNote(server, history))}</p>`}
    </header>
    ${
      needsKey
        ? h(KeyForm, {
            isRefused: storedKey() !== null,
            onKey: (key) => {
              storeKey(key);
              setKey(key);
              location.reload();
            },
          })
        : html`
          ${error !== undefined && warning(error)}
          ${history ? h(Panes, { history, live }) : error === undefined && empty('Reading the history …')}
        `
    }
  ` as VNode;
}

function summaryOf({ source, commits }: ModelHistory): string {
  const versions = commits.filter(({ isVersion }) => isVersion).length;
  return `${counted(commits.length, 'commit')}, ${counted(versions, 'version')} of ${source}`;
}

/** Of a server whose version is not in the graph. */
function serverNote(
  { name, commit, problem }: LiveVersions['servers'][number],
  { commits }: ModelHistory,
): VNode | false {
  const note = (content: ComponentChildren): VNode =>
    html`<span class="server-problem" key=${name}>${name}: ${content}</span>` as VNode;
  if (commit === undefined) {
    return note(problem ?? 'it serves no version yet');
  }
  const link = html`<a href=${fragmentOf({ type: 'version', commit })}>${shortCommit(commit)}</a>`;
  return (
    commits.every((each) => each.commit !== commit) &&
    note([link, ', which is not in this history'])
  );
}

/** A number that grows while the page is looked at. */
function useRefresh(intervalMs: number): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        setVersion((before) => before + 1);
      }
    }, intervalMs);
    return () => clearInterval(timer);
  }, []);
  return version;
}

/** The last value that was not undefined; the same object while its content is the same. */
function useLast<T>(value: T | undefined): T | undefined {
  const last = useRef<T>();
  if (value !== undefined && JSON.stringify(value) !== JSON.stringify(last.current)) {
    last.current = value;
  }
  return last.current;
}

function useFragment(): string {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setFragment(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return fragment;
}

interface PanesProps {
  readonly history: ModelHistory;
  readonly live: LiveVersions | undefined;
}

function Panes({ history, live }: PanesProps): VNode {
  const fragment = useFragment();
  const view = useMemo(() => parseFragment(fragment, history), [fragment, history]);
  const marks = useMemo(() => marksOf(history, live), [history, live]);
  const [marked, setMarked] = useState<string>();
  const [said, setSaid] = useState('');
  const onMark = (commit: string): void => {
    const name = nameOf(commit, history);
    if (marked === undefined || marked === commit) {
      setMarked(marked === commit ? undefined : commit);
      setSaid(marked === commit ? '' : `${name} is marked: mark another one to compare them.`);
      return;
    }
    const pair = inOrder([marked, commit], history);
    location.hash = fragmentOf({ type: 'compare', ...pair });
    setMarked(undefined);
    setSaid(`${nameOf(pair.old, history)} and ${nameOf(pair.new, history)} are compared.`);
  };
  useEffect(() => {
    // On a narrow screen the list is hidden now, with the link that had the focus.
    if (view.type !== 'start' && document.getElementById('commits')?.checkVisibility() === false) {
      scrollTo(0, 0);
      document.getElementById('detail')?.focus();
    }
  }, [fragment]);
  const start = startOf(history, marks);
  const shown = shownBy(view, start);
  return html`
    <main class=${`panes ${view.type === 'start' ? 'at-start' : ''}`}>
      <nav class="panel list-pane" aria-label="Commits">
        <p id="keys" class="note">
          Arrow keys move, Enter opens, Space marks for comparing.
        </p>
        <p class="marked-note" role="status">${said}</p>
        ${history.notes.map((note) => html`<p class="note">${note}</p>`)}
        ${
          history.commits.length > 0
            ? h(CommitGraph, { history, marks, shown, marked, onMark })
            : empty('There is no commit yet: `models commit` makes the first one.')
        }
      </nav>
      <div id="detail" class="panels detail-pane" tabindex="-1">
        <p class="back"><a href="#">← All commits</a></p>
        ${detail(view, start, { history, marks })}
      </div>
    </main>
  ` as VNode;
}

/** Without a fragment: the version that is live, pinned, or the newest. */
function startOf({ commits }: ModelHistory, { servers, pins }: Marks): string | undefined {
  const known = (commit: string | undefined): boolean =>
    commits.some((each) => each.commit === commit);
  return (
    servers.find(({ commit }) => known(commit))?.commit ??
    pins.find(({ commit }) => known(commit))?.commit ??
    commits.find(({ isVersion }) => isVersion)?.commit ??
    commits[0]?.commit
  );
}

function shownBy(view: View, start: string | undefined): readonly string[] {
  switch (view.type) {
    case 'version':
      return [view.commit];
    case 'compare':
      return [view.new, view.old];
    default:
      return start === undefined ? [] : [start];
  }
}

function detail(
  view: View,
  start: string | undefined,
  { history, marks }: { readonly history: ModelHistory; readonly marks: Marks },
): ComponentChildren {
  switch (view.type) {
    case 'compare':
      return h(ChangesView, {
        ...{ history, old: view.old, new: view.new, key: fragmentOf(view) },
      });
    case 'version':
      return h(VersionView, { history, marks, commit: view.commit, key: view.commit });
    case 'unknown':
      return panel(
        { id: 'unknown', title: 'Not found', class: 'wide' },
        warning(`${history.source} has no commit, tag or branch ${view.name}.`),
      );
    case 'start':
      return start !== undefined && h(VersionView, { history, marks, commit: start, key: start });
  }
}
