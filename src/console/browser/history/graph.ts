/** The commits as a graph and a list, to be walked through by keyboard. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { HistoryCommit, ModelHistory } from '../../../api/history.ts';
import { shortCommit } from '../../../terminal/quantities.ts';
import { bar } from '../components/parts.ts';
import { count, dateTime, dayOfMonth } from '../format.ts';
import { type GraphRow, layOutGraph } from './graph-layout.ts';
import { chips, type Marks } from './marks.ts';
import { metricName } from './scores.ts';
import { fragmentOf, nameOf } from './view.ts';

interface Props {
  readonly history: ModelHistory;
  readonly marks: Marks;
  /** Those that are shown. */
  readonly shown: readonly string[];
  /** Those that are marked for comparing, at most one: the second one opens the comparison. */
  readonly marked: string | undefined;
  readonly onMark: (commit: string) => void;
}

/** Rows that are added at once: thousands take seconds to draw. */
const PAGE = 200;
const LANE_WIDTH = 14;
/** In which the lines are drawn; they are stretched to the height of the row. */
const ROW_HEIGHT = 54;
const DOTS_HEIGHT = 14;
/** Further lanes are drawn over the last one. */
const MAX_LANES = 8;
const LANE_COLORS = [1, 3, 2, 5, 10, 7];

export function CommitGraph({ history, marks, shown, marked, onMark }: Props): VNode {
  const { commits } = history;
  const [limit, setLimit] = useState(PAGE);
  const [current, setCurrent] = useState<string>();
  const list = useRef<HTMLOListElement>(null);
  const rows = useMemo(() => layOutGraph(commits), [commits]);
  const first = commits.findIndex(({ commit }) => shown.includes(commit));
  const isPaged = Math.max(limit, first + 1) < commits.length;
  const visible = commits.slice(0, Math.max(limit, first + 1));
  const lanes = useMemo(() => widest(rows.slice(0, visible.length)), [rows, visible.length]);
  const focusable = [current, shown[0], visible[0]?.commit].find((sha) =>
    visible.some(({ commit }) => commit === sha),
  );
  const onKeyDown = useKeys(list, onMark);
  useEffect(() => {
    const row = list.current?.querySelector('[aria-current]');
    row?.scrollIntoView({ block: 'nearest' });
  }, [shown.join()]);
  return html`
    ${history.score && html`<p class="key-line score-key">${scoreName(history.score)}</p>`}
    <ol id="commits" class="commits" ref=${list} onKeyDown=${onKeyDown}>
      ${visible.map((commit, index) =>
        h(CommitRow, {
          ...{ key: commit.commit, commit, marks, lanes, onMark, onFocus: setCurrent },
          name: nameOf(commit.commit, history),
          row: rows[index] as GraphRow,
          isShown: shown.includes(commit.commit),
          isMarked: marked === commit.commit,
          isFocusable: commit.commit === focusable,
          isComparable: isSameScore(commit.score, history.score),
        }),
      )}
    </ol>
    ${
      isPaged &&
      html`
        <button type="button" class="more" onClick=${() => setLimit(visible.length + PAGE)}>
          Show older commits (${count(commits.length - visible.length)})
        </button>
      `
    }
  ` as VNode;
}

/** Arrow keys move from row to row, Space marks; Enter follows the link by itself. */
function useKeys(
  list: { readonly current: HTMLOListElement | null },
  onMark: (commit: string) => void,
): (event: KeyboardEvent) => void {
  return (event) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const at = links.indexOf(event.target as HTMLElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const targets: Readonly<Record<string, number>> = {
      ...{ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 },
      ...{ PageDown: Math.min(at + 10, links.length - 1), PageUp: Math.max(at - 10, 0) },
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      links[target]?.focus();
    } else if (event.key === ' ') {
      event.preventDefault();
      onMark(links[at]?.dataset.commit ?? '');
    }
  };
}

interface RowProps {
  readonly commit: HistoryCommit;
  readonly name: string;
  readonly row: GraphRow;
  readonly lanes: number;
  readonly marks: Marks;
  readonly isShown: boolean;
  readonly isMarked: boolean;
  readonly isFocusable: boolean;
  /** Whether its score measures what the others do. */
  readonly isComparable: boolean;
  readonly onMark: (commit: string) => void;
  readonly onFocus: (commit: string) => void;
}

function CommitRow(props: RowProps): VNode {
  const { commit, name, row, lanes, marks, isShown, isMarked, isComparable } = props;
  const { commit: sha, subject, author, date, isVersion, score } = commit;
  const state = [isShown ? 'shown' : '', isMarked ? 'marked' : '', isVersion ? '' : 'quiet'];
  return html`
    <li class=${`commit-row ${state.join(' ')}`}>
      ${graph(row, lanes, commit)}
      <div class="commit-text">
        <p class="subject">
          <a
            href=${fragmentOf({ type: 'version', commit: sha })}
            title=${subject}
            data-commit=${sha}
            tabindex=${props.isFocusable ? 0 : -1}
            aria-current=${isShown ? 'true' : undefined}
            onFocus=${() => props.onFocus(sha)}
          >${subject}</a>
        </p>
        <p class="commit-facts">
          ${chips(commit, marks)}
          <span class="note byline" title=${`${author}, ${dateTime(date)}`}>${isVersion ? '' : 'no version · '}<time datetime=${date}>${day(date)}</time> · <code>${shortCommit(sha)}</code> · ${author}</span>
          ${score && !isComparable && html`<span class="note other-score">${scoreName(score)}: ${score.value.toFixed(3)}</span>`}
        </p>
      </div>
      <p class="commit-score" title=${score && isComparable && scoreName(score)}>
        ${score && isComparable && html`<span class="number">${score.value.toFixed(3)}</span>${bar(score.value)}`}
      </p>
      <label class="mark-box" title="Mark for comparing">
        <input
          type="checkbox"
          tabindex="-1"
          checked=${isMarked}
          aria-label=${`Compare ${name}`}
          onChange=${() => props.onMark(sha)}
        />
      </label>
    </li>
  ` as VNode;
}

type Score = Pick<NonNullable<HistoryCommit['score']>, 'metric' | 'dataset'>;

/** Numbers and bars of two data sets can't be compared. */
function isSameScore(score: Score | undefined, shared: Score | undefined): boolean {
  return score?.metric === shared?.metric && score?.dataset === shared?.dataset;
}

/** `Macro recall on semeval-en/dev` */
function scoreName({ metric, dataset }: Score): string {
  return `${metricName(metric)} on ${dataset}`;
}

function day(date: string): string {
  const seconds = Date.parse(date) / 1000;
  return `${dayOfMonth(seconds)} ${date.slice(0, 4)}`;
}

function widest(rows: readonly GraphRow[]): number {
  const lanes = rows.map(({ lane, from, to, past }) => Math.max(lane, ...from, ...to, ...past));
  return Math.min(lanes.reduce((most, each) => Math.max(most, each), 0) + 1, MAX_LANES);
}

/** The lines of a row, as high as it is, and its commit: filled for a version, with a ring for a merge. */
function graph(row: GraphRow, lanes: number, { isVersion, parents }: HistoryCommit): VNode {
  const x = (lane: number): number => (Math.min(lane, MAX_LANES - 1) + 0.5) * LANE_WIDTH;
  const middle = ROW_HEIGHT / 2;
  const line = (lane: number, path: string): VNode =>
    html`<path d=${path} style=${{ '--line-color': laneColor(lane) }} />`;
  const curve = (from: number, to: number, top: number, bottom: number): string => {
    const half = (top + bottom) / 2;
    return `M${from} ${top}C${from} ${half} ${to} ${half} ${to} ${bottom}`;
  };
  const own = x(row.lane);
  const width = lanes * LANE_WIDTH;
  return html`
    <div class="lanes" style=${{ '--width': `${width}px` }} aria-hidden="true">
      <svg viewBox=${`0 0 ${width} ${ROW_HEIGHT}`} preserveAspectRatio="none">
        ${row.past.map((lane) => line(lane, `M${x(lane)} 0V${ROW_HEIGHT}`))}
        ${row.from.map((lane) => line(lane, curve(x(lane), own, 0, middle)))}
        ${row.to.map((lane) => line(lane, curve(own, x(lane), middle, ROW_HEIGHT)))}
      </svg>
      <svg class="dots" viewBox=${`0 0 ${width} ${DOTS_HEIGHT}`} width=${width} height=${DOTS_HEIGHT}>
        <circle
          class=${isVersion ? 'version-dot' : 'step-dot'}
          cx=${own}
          cy=${DOTS_HEIGHT / 2}
          r=${isVersion ? 5 : 3}
          style=${{ '--line-color': laneColor(row.lane) }}
        />
        ${parents.length > 1 && html`<circle class="merge-dot" cx=${own} cy=${DOTS_HEIGHT / 2} r="2" />`}
      </svg>
    </div>
  ` as VNode;
}

function laneColor(lane: number): string {
  return `var(--language-${LANE_COLORS[lane % LANE_COLORS.length]})`;
}
