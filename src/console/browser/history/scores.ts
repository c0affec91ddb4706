/** Scores by language and data set as bars: of one version, or of two. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { VersionCard, VersionChanges } from '../../../api/history.ts';
import { languageName } from '../../../terminal/languages.ts';
import { formatSigned } from '../../../terminal/numbers.ts';
import { capitalized, listed } from '../../../terminal/quantities.ts';
import { bar, empty, headerRow } from '../components/parts.ts';
import { count } from '../format.ts';

/** `Macro recall` */
export function metricName(metric: string): string {
  return capitalized(metric.replaceAll('_', ' ').replace(/\bf1\b/, 'F1'));
}

function languageOf(language: string | undefined): string {
  return language === undefined ? 'not known' : capitalized(languageName(language));
}

/** The languages with the most texts first, their data sets together. */
function byLanguage<T extends { readonly language?: string | undefined; readonly rows: number }>(
  sets: readonly T[],
): T[] {
  const most = new Map<string | undefined, number>();
  for (const { language, rows } of sets) {
    most.set(language, Math.max(most.get(language) ?? 0, rows));
  }
  return sets.toSorted(
    (a, b) =>
      (most.get(b.language) ?? 0) - (most.get(a.language) ?? 0) ||
      (a.language ?? '').localeCompare(b.language ?? '') ||
      b.rows - a.rows,
  );
}

const number = (text: string): VNode => html`<td class="number">${text}</td>`;

const datasetCell = (name: string, rows: number): VNode => html`
  <td class="dataset"><span>${name}</span><span class="note"> ${count(rows)} texts</span></td>
`;

export function scoreBars({ scores, primary }: VersionCard): VNode {
  if (scores.length === 0 || primary === undefined) {
    return empty('The version has no scores.');
  }
  const others = Object.keys(scores[0]?.scores ?? {}).filter((name) => name !== primary);
  const isCalibrated = scores.some(({ calibrationError }) => calibrationError !== undefined);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Scores by language">
      <table class="score-table">
        ${headerRow('Language', 'Data set', metricName(primary), '0 to 1', ...others.map(metricName), ...(isCalibrated ? ['Calibration error'] : []))}
        <tbody>
          ${byLanguage(scores).map(
            (each) => html`
              <tr key=${each.name}>
                <th scope="row">${languageOf(each.language)}</th>
                ${datasetCell(each.name, each.rows)}
                ${number(format(each.scores[primary]))}
                <td class="bars">${bar(each.scores[primary] ?? 0)}</td>
                ${others.map((name) => number(format(each.scores[name])))}
                ${isCalibrated && number(errors(each))}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
    ${guesses(scores)}
    ${labelScores(scores)}
  ` as VNode;
}

/** Without the temperature, and of the served scores. */
function errors({ calibrationError: error }: VersionCard['scores'][number]): string {
  return error ? `${format(error.before)} → ${format(error.after)}` : '–';
}

/** Languages whose score is one of guessing. */
function guesses(scores: VersionCard['scores']): VNode | false {
  const names = byLanguage(scores).flatMap(({ guess, language, name }) =>
    guess === undefined
      ? []
      : [`${language === undefined ? name : languageOf(language)} (guessing: ${format(guess)})`],
  );
  return (
    names.length > 0 &&
    (html`<p class="note guesses">No better than guessing: ${listed([...new Set(names)])}.</p>` as VNode)
  );
}

function labelScores(scores: VersionCard['scores']): VNode {
  const rows = byLanguage(scores).flatMap(({ name, labels }) =>
    Object.entries(labels).map(([label, each]) => ({ name, label, ...each })),
  );
  return html`
    <details>
      <summary>By label</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Scores by label">
        <table class="score-table label-table">
          ${headerRow('Data set', 'Label', 'Recall', 'Precision', 'F1', 'Texts')}
          <tbody>
            ${rows.map(
              (row) => html`
                <tr key=${row.name + row.label}>
                  <th scope="row">${row.name}</th>
                  <td>${row.label}</td>
                  ${[row.recall, row.precision, row.f1].map((score) => number(format(score)))}
                  ${number(count(row.support))}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  ` as VNode;
}

export function scorePairs({ scores }: VersionChanges, names: readonly [string, string]): VNode {
  const metric = scores[0]?.metric;
  if (metric === undefined) {
    return empty('Neither version has scores.');
  }
  return html`
    <p class="key-line">${metricName(metric)}: ${key(names)}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Scores of both versions">
      <table class="score-table">
        ${headerRow('Language', 'Data set', ...names, 'Difference', '0 to 1')}
        <tbody>
          ${byLanguage(scores).map((each) => {
            const { old: before, new: after } = each;
            const difference =
              before === undefined || after === undefined ? undefined : after - before;
            return html`
              <tr key=${each.dataset}>
                <th scope="row">${languageOf(each.language)}</th>
                ${datasetCell(each.dataset, each.rows)}
                ${number(format(before))}
                ${number(format(after))}
                <td class="number" data-change=${each.isNotable ? direction(difference) : undefined}>
                  ${difference === undefined ? '–' : formatSigned(difference, (value) => value.toFixed(3))}
                </td>
                <td class="bars">${bar(before ?? 0, 'before')}${bar(after ?? 0)}</td>
              </tr>
            `;
          })}
        </tbody>
      </table>
    </div>
  ` as VNode;
}

/** Which colour is which version. */
export function key([before, after]: readonly [string, string]): VNode {
  return html`
    <span class="key-entry"><span class="swatch before" aria-hidden="true" />${before}</span>
    <span class="key-entry"><span class="swatch after" aria-hidden="true" />${after}</span>
  ` as VNode;
}

function format(score: number | undefined): string {
  return score === undefined ? '–' : score.toFixed(3);
}

function direction(difference: number | undefined): string | undefined {
  return difference === undefined ? undefined : difference > 0 ? 'better' : 'worse';
}
