/** The card of the model: its commit, what it was made of, how good it is. */
import { ask, askJson, explain, storedKey } from './api.ts';
import { bar, byId, element, headerRow } from './dom.ts';
import { bytes, capitalized, count, dateTime, percent } from './format.ts';
import type { ConsoleData, ModelCard, ModelFile } from './types.ts';

/** Scores of these weights are told where a version has those of several: they are the ones served. */
const SERVED = 'int8';

let shown: string | undefined;

/** Fetches the card of a model that is not shown yet. */
export async function showModel({ model }: ConsoleData): Promise<void> {
  if (!model || model.commit === shown) {
    return;
  }
  shown = model.commit;
  try {
    const card = await askJson<ModelCard>('/model');
    byId('model').replaceChildren(facts(card), ingredients(card), scores(card.metrics));
  } catch (error) {
    // The next poll tries again.
    shown = undefined;
    byId('model').replaceChildren(element('p', { class: 'empty' }, explain(error)));
  }
}

function facts(card: ModelCard): HTMLElement {
  const [title = '', ...body] = card.message.trim().split('\n');
  const fact = (name: string, ...values: (Node | string)[]): HTMLElement =>
    element('div', {}, element('dt', {}, name), ...values.map((value) => element('dd', {}, value)));
  return element(
    'div',
    { class: 'commit' },
    element('p', { class: 'message-title' }, title),
    element('p', { class: 'message' }, reflow(body.join('\n'))),
    element(
      'dl',
      {},
      fact('Commit', sha(card.commit)),
      fact(
        card.parents.length === 1 ? 'Parent' : 'Parents',
        ...(card.parents.length === 0 ? ['none'] : card.parents.map(sha)),
      ),
      fact('Tag', card.tag ?? 'none'),
      fact('Author', card.author.name),
      fact('Committed', dateTime(card.date)),
      fact('Loaded', dateTime(card.loadedAt)),
    ),
  );
}

/** Lines that were wrapped for a terminal flow again; empty lines part paragraphs. */
function reflow(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\n(?=\S)/g, ' '))
    .join('\n\n');
}

function sha(text: string): HTMLElement {
  return element('code', {}, text);
}

function ingredients({ ingredients: byKind }: ModelCard): HTMLElement {
  return element(
    'div',
    { class: 'ingredients' },
    element('h3', {}, 'Ingredients'),
    ...Object.entries(byKind)
      .filter(([, files]) => files.length > 0)
      .map(([kind, files]) =>
        element(
          'div',
          { class: 'kind' },
          element('h4', {}, capitalized(kind)),
          element('ul', {}, ...files.map(file)),
        ),
      ),
  );
}

function file({ path, size, digest }: ModelFile): HTMLElement {
  const href = `/model/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  const link = element('a', { href, title: digest }, path);
  link.addEventListener('click', (event) => {
    // A link sends no key, so what needs one is fetched and then saved.
    if (storedKey() !== null) {
      event.preventDefault();
      void save(href, path);
    }
  });
  return element('li', {}, link, element('span', { class: 'note' }, ` ${bytes(size)}`));
}

async function save(href: string, path: string): Promise<void> {
  const blob = await (await ask(href)).blob();
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: path.split('/').at(-1) ?? path }).click();
  URL.revokeObjectURL(url);
}

interface DatasetScores {
  readonly name: string;
  readonly rows: number | undefined;
  readonly scores: Readonly<Record<string, number>>;
}

/** A table of what metrics.json says, as far as it is of the shape that the versions here have. */
function scores(metrics: unknown): HTMLElement {
  const { datasets, primary } = asRecord(metrics);
  const sets = Object.entries(asRecord(datasets)).map(([name, each]) => readScores(name, each));
  const names = [...new Set(sets.flatMap(({ scores }) => Object.keys(scores)))].sort(
    (a, b) => Number(b === primary) - Number(a === primary),
  );
  if (names.length === 0) {
    return element('p', { class: 'empty' }, 'The version tells no scores.');
  }
  const words = names.map((name) => capitalized(name.replaceAll('_', ' ').replace(/\bf1\b/, 'F1')));
  return element(
    'div',
    { class: 'results' },
    element('h3', {}, 'Scores on test data'),
    element(
      'table',
      { class: 'datasets' },
      element('thead', {}, headerRow('Data set', 'Texts', ...words)),
      element(
        'tbody',
        {},
        ...sets.map(({ name, rows, scores }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            element('td', { class: 'number' }, rows === undefined ? '–' : count(rows)),
            ...names.map((each, i) => scoreCell(scores[each], i === 0)),
          ),
        ),
      ),
    ),
  );
}

function scoreCell(score: number | undefined, isPrimary: boolean): HTMLElement {
  if (score === undefined) {
    return element('td', { class: 'number' }, '–');
  }
  const text = percent(score);
  return isPrimary
    ? element('td', { class: 'number primary' }, bar(score), text)
    : element('td', { class: 'number' }, text);
}

function readScores(name: string, dataset: unknown): DatasetScores {
  const { rows, ...variants } = asRecord(dataset);
  const chosen = asRecord(variants[SERVED] ?? Object.values(variants).at(-1));
  const numbers = Object.entries(chosen).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    name,
    rows: typeof rows === 'number' ? rows : undefined,
    scores: Object.fromEntries(numbers),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
