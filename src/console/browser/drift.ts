/** How far traffic is from the training data, feature by feature. */
import { bar, byId, element, headerRow, placeholder, setShare, setText } from './dom.ts';
import { capitalized, count, languageName, percent } from './format.ts';
import { CHANGED, MIN_OBSERVATIONS, MOVING } from './status.ts';
import type { BinDrift, ConsoleData, FeatureDrift } from './types.ts';

/** The end of the scale; what is further is as bad. */
const SCALE = 0.5;
/** A language that neither traffic nor training has is left out. */
const MIN_SHARE = 0.002;

const NAMES: Readonly<Record<string, string>> = {
  score: 'Score',
  tokens: 'Length in tokens',
  unknown_ratio: 'Unknown tokens',
};

interface Verdict {
  readonly state: 'few' | 'stable' | 'moving' | 'changed';
  readonly words: string;
}

export function showDrift({ drift, status }: ConsoleData): void {
  const panel = byId('drift');
  if (drift.features.length === 0) {
    const text =
      status === 'ready'
        ? 'Nothing to compare yet: no text in the last 5 minutes, or the version has no profile.'
        : 'No model yet.';
    if (panel.textContent !== text) {
      panel.replaceChildren(placeholder(text));
    }
    return;
  }
  panel.querySelector('.empty')?.remove();
  for (const feature of drift.features) {
    const row = rowOf(panel, feature.feature);
    update(row, feature);
  }
}

/** Rows stay, so that one that was opened stays open. */
function rowOf(panel: HTMLElement, feature: string): HTMLDetailsElement {
  const found = [...panel.querySelectorAll('details')].find(
    ({ dataset }) => dataset.feature === feature,
  );
  if (found) {
    return found;
  }
  const meter = element('span', { class: 'meter', 'aria-hidden': 'true' });
  for (const threshold of [MOVING, CHANGED]) {
    const tick = element('span', { class: 'tick' });
    setShare(tick, threshold / SCALE);
    meter.append(tick);
  }
  meter.prepend(bar(0));
  return panel.appendChild(
    element(
      'details',
      { class: 'feature', 'data-feature': feature },
      element(
        'summary',
        {},
        element('span', { class: 'feature-name' }, NAMES[feature] ?? capitalized(feature)),
        meter,
        element('span', { class: 'index number' }),
        element('span', { class: 'judgement' }),
      ),
      element('div', { class: 'distribution' }),
    ),
  );
}

function update(row: HTMLDetailsElement, drift: FeatureDrift): void {
  const { stabilityIndex: index = 0, observations } = drift;
  const { state, words } = judge(index, observations);
  const few = state === 'few';
  row.dataset.state = state;
  setShare(row.querySelector('.bar') as HTMLElement, few ? 0 : index / SCALE);
  setText(row.querySelector('.index') as Element, few ? '–' : index.toFixed(2));
  setText(row.querySelector('.judgement') as Element, words);
  row.querySelector('.distribution')?.replaceChildren(distribution(drift));
}

function judge(index: number, observations: number): Verdict {
  if (observations < MIN_OBSERVATIONS) {
    const words = `too few: ${count(observations)} of ${MIN_OBSERVATIONS}`;
    return { state: 'few', words };
  }
  if (index > CHANGED) {
    return { state: 'changed', words: 'changed' };
  }
  return index > MOVING
    ? { state: 'moving', words: 'moving' }
    : { state: 'stable', words: 'stable' };
}

function distribution({ feature, bins }: FeatureDrift): HTMLElement {
  const rows = bins
    .map((bin, i) => ({ ...bin, name: binName(feature, bins, i) }))
    .filter(({ observed, reference }) => Math.max(observed, reference) >= MIN_SHARE);
  const sorted = feature === 'language' ? rows.sort((a, b) => b.observed - a.observed) : rows;
  return element(
    'table',
    { class: 'bins' },
    element('thead', {}, headerRow('', 'Training data', 'Last 5 minutes')),
    element(
      'tbody',
      {},
      ...sorted.map(({ name, reference, observed }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, name),
          element('td', {}, bar(reference, 'calm'), percent(reference)),
          element('td', {}, bar(observed), percent(observed)),
        ),
      ),
    ),
  );
}

/** A bin is a name, or the upper end of a range of numbers. */
function binName(feature: string, bins: readonly BinDrift[], index: number): string {
  const name = bins[index]?.bin ?? '';
  if (feature === 'language') {
    return languageName(name);
  }
  const upper = Number(name);
  if (Number.isNaN(upper)) {
    return name;
  }
  const show = feature === 'unknown_ratio' ? percent : String;
  const below = index === 0 ? undefined : Number(bins[index - 1]?.bin);
  if (below === undefined) {
    return upper === 0 ? 'none' : `≤ ${show(upper)}`;
  }
  const isLast = index === bins.length - 1 && upper > 2 * below && upper > 1;
  return isLast ? `> ${show(below)}` : `${show(below)} – ${show(upper)}`;
}
