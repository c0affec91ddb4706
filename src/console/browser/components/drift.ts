/** How far the traffic is from the training data and from its own normal, feature by feature. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData, DriftAlarm, FeatureDrift } from '../../../api/console.ts';
import { binName, minutes, percent } from '../../../terminal/quantities.ts';
import { count, featureName } from '../format.ts';
import { bar, headerRow, type OnTexts, shareStyle, textsLink } from './parts.ts';

/** A bin with a smaller share, in traffic and training data, is not shown. */
const MIN_SHARE = 0.002;

type Drift = ConsoleData['drift'];

/** Rows, and what is missing for alarms; undefined where there is nothing to compare. */
export function driftRows(data: ConsoleData, onTexts: OnTexts): VNode | undefined {
  const { drift } = data;
  if (drift.features.length === 0) {
    return undefined;
  }
  const hasNormal = Object.keys(drift.normal).length > 0;
  return html`
    ${estimateOf(data)}
    ${drift.features.map((feature) => featureRow(feature, drift, onTexts))}
    ${
      !hasNormal &&
      html`<p class="note">
        No normal of this deployment yet: labels, scores and lengths only inform. Measure it with${' '}
        <code>node dist/main.js baseline</code>, for the folder <code>BASELINES</code>.
      </p>`
    }
  ` as VNode;
}

/** The accuracy that calibrated scores claim, and for which texts they do. */
function estimateOf({ drift, fleet, model }: ConsoleData): VNode | false {
  const { estimatedAccuracy: own, windowSeconds, alarms } = drift;
  const ofFleet =
    fleet.status === 'ok'
      ? fleet.versions.find(({ commit }) => commit === model?.commit)?.estimatedAccuracy
      : undefined;
  const shown =
    ofFleet === undefined
      ? own && { accuracy: own.accuracy, of: `${count(own.texts)} texts of this replica` }
      : { accuracy: ofFleet, of: 'the texts of all replicas' };
  const limit =
    alarms.length > 0
      ? 'The traffic drifts now: do not rely on it.'
      : 'It holds for texts like those that the scores were calibrated on; in other languages, it is far too high.';
  return (
    shown !== undefined &&
    (html`
      <p class="fact" id="estimated-accuracy">
        <strong>${percent(shown.accuracy)}</strong> estimated accuracy: mean score of ${shown.of}, last
        ${' '}${minutes(windowSeconds)}
      </p>
      <p class="note">${limit}</p>
    ` as VNode)
  );
}

const WORDS = { page: 'act', ticket: 'look' } as const;

function featureRow(feature: FeatureDrift, drift: Drift, onTexts: OnTexts): VNode {
  const { feature: name, stabilityIndex = 0, verdict } = feature;
  const { moving, changed, minObservations } = drift.thresholds;
  const alarms = drift.alarms.filter((alarm) => alarm.feature === name);
  const isJudged = verdict !== 'too_few';
  // The scale ends at twice the upper threshold; a larger index fills it as well.
  const ofScale = (index: number): number => index / (2 * changed);
  const tick = (index: number): VNode =>
    html`<span class="tick" style=${shareStyle(ofScale(index))} />`;
  const [first] = alarms;
  const severity = first && WORDS[first.severity];
  return html`
    <details key=${name} class="feature" data-feature=${name} data-state=${verdict} data-severity=${severity}>
      <summary>
        <span class="feature-name">${featureName(name)}</span>
        <span class="meter" aria-hidden="true">
          ${bar(isJudged ? ofScale(stabilityIndex) : 0)}${tick(moving)}${tick(changed)}
        </span>
        <span class="index number">${isJudged ? stabilityIndex.toFixed(2) : '–'}</span>
        <span class="judgement">
          ${judgement(feature, alarms, minObservations)}
        </span>
      </summary>
      <div class="distribution">${binTable(feature, drift, onTexts)}</div>
    </details>
  ` as VNode;
}

function judgement(
  { verdict, observations }: FeatureDrift,
  alarms: readonly DriftAlarm[],
  minObservations: number,
): string {
  if (alarms.length > 0) {
    return alarms.some(({ severity }) => severity === 'page') ? 'act now' : 'have a look';
  }
  return verdict === 'too_few' ? `too few: ${count(observations)} of ${minObservations}` : verdict;
}

function binTable(
  { feature, bins }: FeatureDrift,
  { normal, windowSeconds }: Drift,
  onTexts: OnTexts,
): VNode {
  const names = bins.map(({ bin }) => bin);
  const ofNormal = normal[feature];
  const shown = bins
    .map((bin, i) => ({ ...bin, name: binName(feature, names, i) }))
    .filter(({ observed, reference }) => Math.max(observed, reference) >= MIN_SHARE);
  const sorted = feature === 'language' ? shown.sort((a, b) => b.observed - a.observed) : shown;
  const row = ({ bin, name, reference, observed }: (typeof shown)[number]): VNode => html`
    <tr key=${bin}>
      <th scope="row">${textsLink({ feature, bins: [bin], name: `${feature} ${name}` }, onTexts, name)}</th>
      <td>${bar(reference, 'calm')}${percent(reference)}</td>
      ${ofNormal && html`<td>${bar(ofNormal[bin] ?? 0, 'calm')}${percent(ofNormal[bin] ?? 0)}</td>`}
      <td>${bar(observed)}${percent(observed)}</td>
    </tr>
  `;
  return html`
    <table class="bins">
      <caption class="hidden">Shares of the texts</caption>
      ${headerRow('Bin', 'Training', ...(ofNormal ? ['Normal'] : []), `Last ${minutes(windowSeconds)}`)}
      <tbody>${sorted.map(row)}</tbody>
    </table>
  `;
}
