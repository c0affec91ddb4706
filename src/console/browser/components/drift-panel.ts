/** How far the traffic is from the training data, feature by feature. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { BinDrift, ConsoleData, FeatureDrift } from '../../../api/console.ts';
import { capitalized, count, languageName, minutes, percent } from '../format.ts';
import { Bar, Empty, HeaderRow, Panel, shareStyle } from './parts.ts';

/** A bin with a smaller share, in traffic and training data, is not shown. */
const MIN_SHARE = 0.002;

const FEATURE_NAMES: Readonly<Record<string, string>> = {
  score: 'Score',
  tokens: 'Length in tokens',
  unknown_ratio: 'Unknown tokens',
};

type Drift = ConsoleData['drift'];

export function DriftPanel({ data }: { data: ConsoleData | undefined }): VNode {
  return html`
    <${Panel} id="drift" title="Drift from the training data" unit=${data && unitOf(data.drift)}>
      <div id="drift">${data && contentOf(data)}</div>
    <//>
  `;
}

function unitOf({ windowSeconds, thresholds }: Drift): string {
  const { moving, changed } = thresholds;
  return `index over ${windowSeconds / 60} min; from ${moving} moving, ${changed} changed`;
}

function contentOf({ drift, status }: ConsoleData): VNode | VNode[] {
  if (drift.features.length > 0) {
    return drift.features.map(
      (feature) => html`<${Feature} key=${feature.feature} drift=${drift} feature=${feature} />`,
    );
  }
  const text =
    status === 'ready'
      ? `Nothing to compare yet: no text in the last ${minutes(drift.windowSeconds)}, or the version has no profile.`
      : 'No model yet.';
  return html`<${Empty}>${text}<//>`;
}

function Feature({ feature: drift, drift: { thresholds, windowSeconds } }: FeatureProps): VNode {
  const { feature, observations, stabilityIndex = 0, verdict } = drift;
  const { moving, changed, minObservations } = thresholds;
  const isJudged = verdict !== 'too_few';
  // The scale ends at twice the upper threshold; a larger index fills it as well.
  const ofScale = (index: number): number => index / (2 * changed);
  return html`
    <details class="feature" data-feature=${feature} data-state=${verdict}>
      <summary>
        <span class="feature-name">${FEATURE_NAMES[feature] ?? capitalized(feature)}</span>
        <span class="meter" aria-hidden="true">
          <${Bar} share=${isJudged ? ofScale(stabilityIndex) : 0} />
          ${[moving, changed].map((each) => html`<span class="tick" style=${shareStyle(ofScale(each))} />`)}
        </span>
        <span class="index number">${isJudged ? stabilityIndex.toFixed(2) : '–'}</span>
        <span class="judgement">
          ${isJudged ? verdict : `too few: ${count(observations)} of ${minObservations}`}
        </span>
      </summary>
      <div class="distribution">
        <${Distribution} drift=${drift} window=${minutes(windowSeconds)} />
      </div>
    </details>
  `;
}

interface FeatureProps {
  readonly feature: FeatureDrift;
  readonly drift: Drift;
}

function Distribution({ drift, window }: { drift: FeatureDrift; window: string }): VNode {
  const { feature, bins } = drift;
  const rows = bins
    .map((bin, i) => ({ ...bin, name: binName(feature, bins, i) }))
    .filter(({ observed, reference }) => Math.max(observed, reference) >= MIN_SHARE);
  const sorted = feature === 'language' ? rows.sort((a, b) => b.observed - a.observed) : rows;
  return html`
    <table class="bins">
      <thead><${HeaderRow} names=${['', 'Training data', `Last ${window}`]} /></thead>
      <tbody>
        ${sorted.map(
          ({ bin, name, reference, observed }) => html`
            <tr key=${bin}>
              <th scope="row">${name}</th>
              <td><${Bar} share=${reference} kind="calm" />${percent(reference)}</td>
              <td><${Bar} share=${observed} />${percent(observed)}</td>
            </tr>
          `,
        )}
      </tbody>
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
