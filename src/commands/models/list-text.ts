/** The text of `models list`: a table of the versions, one of their scores, and the aliases. */
import type { Alias } from '../../repository/aliases.ts';
import type { ListedVersion } from '../../repository/leaderboard/leaderboard.ts';
import { alignColumns, columnsOf, cutTo } from '../../terminal/columns.ts';
import { formatBytes } from '../../terminal/numbers.ts';

/** Digits of a short SHA. */
const SHA_DIGITS = 7;
/** What a name is cut to. */
const NAME_COLUMNS = 10;
const MIN_BRANCH_COLUMNS = 6;
const MIN_AUTHOR_COLUMNS = 10;
const GAP = 2;
const NOTHING = '-';

const TRAINED = {
  proven: 'proven',
  'not-proven': 'not proven',
  'to-be-retrained': 'to retrain',
} as const;

export function formatList(
  versions: readonly ListedVersion[],
  aliases: readonly Alias[],
  columns: number,
): string {
  const blocks = [
    formatVersions(versions, columns),
    formatScores(versions, columns),
    [
      ...aliases.map(({ alias, commit }) => `${alias}: ${commit ?? 'removed'}`),
      ...versions.flatMap(({ commit, forced }) =>
        forced === null
          ? []
          : [`${commit.slice(0, SHA_DIGITS)} was published by --force: ${forced}`],
      ),
    ],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

interface Column {
  readonly title: string;
  readonly cell: (version: ListedVersion) => string;
}

const BRANCH: Column = { title: 'branch', cell: ({ branches }) => branches.join(' ') || NOTHING };
const AUTHOR: Column = { title: 'author', cell: ({ author }) => author };

const COLUMNS: readonly Column[] = [
  {
    title: '  commit',
    cell: ({ commit, pinned }) => `${pinned ? '*' : ' '} ${commit.slice(0, SHA_DIGITS)}`,
  },
  { title: 'tag', cell: ({ tag }) => cutTo(tag ?? NOTHING, NAME_COLUMNS) },
  BRANCH,
  { title: 'date', cell: ({ date }) => date.slice(0, 10) },
  { title: 'trained', cell: ({ trained }) => (trained === null ? NOTHING : TRAINED[trained]) },
  {
    title: 'size',
    cell: ({ modelBytes }) => (modelBytes === null ? NOTHING : formatBytes(modelBytes)),
  },
  { title: 'ms', cell: ({ latencyMs }) => latencyMs?.toFixed(1) ?? NOTHING },
  { title: 'in', cell: ({ storedIn }) => storedIn.join('+').replace('repository', 'clone') },
];

/** Columns without any value are left out; the branches are cut, and the authors shown, as the width allows. */
function formatVersions(versions: readonly ListedVersion[], columns: number): string[] {
  const shown = COLUMNS.map(({ title, cell }) => ({ title, cells: versions.map(cell) })).filter(
    ({ cells }) => cells.some((cell) => cell !== NOTHING && cell !== ''),
  );
  const widthOf = (texts: readonly string[]): number => Math.max(...texts.map(columnsOf));
  const width = shown.reduce(
    (total, { title, cells }) => total + GAP + widthOf([title, ...cells]),
    -GAP,
  );
  const free = columns - width;
  const table = shown.map(({ title, cells }) => {
    const room = Math.max(MIN_BRANCH_COLUMNS, widthOf([title, ...cells]) + Math.min(0, free));
    const isCut = title === BRANCH.title;
    return [title, ...cells].map((cell) => (isCut ? cutTo(cell, room) : cell));
  });
  if (free >= GAP + MIN_AUTHOR_COLUMNS) {
    const cells = [AUTHOR.title, ...versions.map(AUTHOR.cell)];
    table.push(cells.map((cell) => cutTo(cell, free - GAP)));
  }
  return alignColumns(transpose(table), ['left']);
}

function transpose(table: readonly (readonly string[])[]): string[][] {
  return (table[0] ?? []).map((_, row) => table.map((column) => column[row] as string));
}

/** A column for each data set, as far as they fit; the heading names the data set, its language and its part. */
function formatScores(versions: readonly ListedVersion[], columns: number): string[] {
  const datasets = [...new Set(versions.flatMap(({ scores }) => Object.keys(scores)))].sort();
  const languages = Object.assign({}, ...versions.map((version) => version.languages));
  const names = namesOf(versions);
  let width = Math.max(...names.map(columnsOf));
  const shown: { readonly heading: string[]; readonly cells: string[] }[] = [];
  for (const dataset of datasets) {
    const heading = headingOf(dataset, languages[dataset]);
    const cells = versions.map(({ scores }) => formatPercent(scores[dataset]));
    width += GAP + Math.max(...[...heading, ...cells].map(columnsOf));
    if (width > columns) {
      break;
    }
    shown.push({ heading, cells });
  }
  if (shown.length === 0) {
    return [];
  }
  const headings = [0, 1, 2]
    .map((line) => shown.map(({ heading }) => heading[line] as string))
    .filter((line) => line.some((cell) => cell !== ''));
  const rows = [
    ...headings.map((cells) => ['', ...cells]),
    ...names.map((name, row) => [name, ...shown.map(({ cells }) => cells[row] ?? '')]),
  ];
  const rest = datasets.length - shown.length;
  const measures = [...new Set(versions.flatMap(({ primary }) => primary ?? []))];
  return [
    `${measures.join(', ').replaceAll('_', ' ')}, in %`,
    ...alignColumns(rows, ['left', 'right']),
    ...(rest === 0 ? [] : [`data sets that do not fit: ${rest}; see --language, --json`]),
  ];
}

/** Three lines: `semeval`, `en`, `dev` for `semeval-en/dev`. */
function headingOf(dataset: string, language = ''): string[] {
  const [, name = dataset, part = ''] = /^(.*)\/([^/]*)$/.exec(dataset) ?? [];
  const suffix = `-${language}`;
  const base = language !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  return [base, language, part].map((line) => cutTo(line, NAME_COLUMNS));
}

/** The tag, else the branch, of each version; the SHA where that is longer, or several would have the same name. */
function namesOf(versions: readonly ListedVersion[]): string[] {
  const names = versions.map(({ tag, branches }) =>
    [tag ?? [], branches].flat().find((name) => columnsOf(name) <= NAME_COLUMNS + GAP),
  );
  return versions.map(({ commit }, index) => {
    const name = names[index];
    const isUnique = name !== undefined && names.indexOf(name) === names.lastIndexOf(name);
    return isUnique ? name : commit.slice(0, SHA_DIGITS);
  });
}

/** Scores have four digits: 0.5185 is 51.9, although its nearest binary number is below. */
export function formatPercent(score: number | undefined): string {
  return score === undefined ? NOTHING : (Math.round(Math.round(score * 1e4) / 10) / 10).toFixed(1);
}
