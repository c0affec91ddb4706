/** How far the traffic is from the training data, feature by feature. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { BinDrift, ConsoleData, FeatureDrift } from '../../../api/console.ts';
import { languageName } from '../../../terminal/languages.ts';
import { capitalized, count, minutes, percent } from '../format.ts';
import { bar, empty, headerRow, shareStyle } from './parts.ts';

/** A bin with a smaller share, in traffic and training data, is not shown. */
const MIN_SHARE = 0.002;

const FEATURE_NAMES: Readonly<Record<string, string>> = {
  score: 'Score',
  tokens: 'Length in tokens',
  unknown_ratio: 'Unknown tokens',
};

export function driftUnit({ drift: { windowSeconds, thresholds } }: ConsoleData): string {
  const { moving, changed } = thresholds;
  return `index over ${windowSeconds / 60} min; from ${moving} moving, ${changed} changed`;
}

export function driftRows({ drift, status }: ConsoleData): VNode | VNode[] {
  if (drift.features.length > 0) {
    return drift.features.map((feature) => featureRow(feature, drift));
  }
  const last = `last ${minutes(drift.windowSeconds)}`;
  return empty(
    status === 'ready'
      ? `Nothing to compare yet: no text in the ${last}, or the version has no profile.`
      : 'No model yet.',
  );
}

function featureRow(drift: FeatureDrift, { thresholds, windowSeconds }: ConsoleData['drift']) {
  const { feature, observations, stabilityIndex = 0, verdict } = drift;
  const { moving, changed, minObservations } = thresholds;
  const isJudged = verdict !== 'too_few';
  // The scale ends at twice the upper threshold; a larger index fills it as well.
  const ofScale = (index: number): number => index / (2 * changed);
  const tick = (index: number): VNode =>
    html`<span class="tick" style=${shareStyle(ofScale(index))} />`;
  return html`
    <details key=${feature} class="feature" data-feature=${feature} data-state=${verdict}>
      <summary>
        <span class="feature-name">${FEATURE_NAMES[feature] ?? capitalized(feature)}</span>
        <span class="meter" aria-hidden="true">
          ${bar(isJudged ? ofScale(stabilityIndex) : 0)}${tick(moving)}${tick(changed)}
        </span>
        <span class="index number">${isJudged ? stabilityIndex.toFixed(2) : '–'}</span>
        <span class="judgement">
          ${isJudged ? verdict : `too few: ${count(observations)} of ${minObservations}`}
        </span>
      </summary>
      <div class="distribution">${binTable(drift, `Last ${minutes(windowSeconds)}`)}</div>
    </details>
  ` as VNode;
}

function binTable({ feature, bins }: FeatureDrift, window: string): VNode {
  const shown = bins
    .map((bin, i) => ({ ...bin, name: binName(feature, bins, i) }))
    .filter(({ observed, reference }) => Math.max(observed, reference) >= MIN_SHARE);
  const sorted = feature === 'language' ? shown.sort((a, b) => b.observed - a.observed) : shown;
  const row = ({ bin, name, reference, observed }: (typeof shown)[number]): VNode => html`
    <tr key=${bin}>
      <th scope="row">${name}</th>
      <td>${bar(reference, 'calm')}${percent(reference)}</td>
      <td>${bar(observed)}${percent(observed)}</td>
    </tr>
  `;
  return html`
    <table class="bins">
      ${headerRow('', 'Training data', window)}
      <tbody>${sorted.map(row)}</tbody>
    </table>
  `;
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
