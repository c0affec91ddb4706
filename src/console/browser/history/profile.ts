/** The distributions of the training data: of one version, or of two over each other. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ProfileView, VersionCard } from '../../../api/history.ts';
import { languageName } from '../../../terminal/languages.ts';
import { binName, capitalized, counted, percent } from '../../../terminal/quantities.ts';
import { bar, empty } from '../components/parts.ts';
import { count, featureName } from '../format.ts';

/** A bin with a smaller share on both sides is not shown. */
const MIN_SHARE = 0.002;

interface Sides {
  readonly old?: ProfileView | undefined;
  readonly new?: ProfileView | undefined;
}

/** @param indexes population stability index by feature. */
export function profileBars(
  sides: Sides,
  indexes: ReadonlyMap<string, number> = new Map(),
  notes: ReadonlyMap<string, string> = new Map(),
): VNode {
  const names = [
    ...new Set([sides.old, sides.new].flatMap((side) => Object.keys(side?.features ?? {}))),
  ];
  return names.length === 0
    ? empty('There is no profile.')
    : (html`<div class="features">${names.map((name) => feature(name, sides, indexes, notes.get(name)))}</div>` as VNode);
}

function feature(
  name: string,
  sides: Sides,
  indexes: ReadonlyMap<string, number>,
  note: string | undefined,
): VNode {
  const shares = (side: ProfileView | undefined): ReadonlyMap<string, number> => {
    const { bins = [], ratios = [] } = side?.features[name] ?? {};
    return new Map(bins.map((_, i) => [binName(name, bins, i), ratios[i] ?? 0]));
  };
  const [before, after] = [shares(sides.old), shares(sides.new)];
  const bins = [...new Set([...before.keys(), ...after.keys()])].filter(
    (bin) => Math.max(before.get(bin) ?? 0, after.get(bin) ?? 0) >= MIN_SHARE,
  );
  const largest = Math.max(...bins.flatMap((bin) => [before.get(bin) ?? 0, after.get(bin) ?? 0]));
  const hasBoth = sides.old !== undefined && sides.new !== undefined;
  const index = indexes.get(name);
  const cell = (share: number | undefined): VNode =>
    html`<td class="number">${share === undefined ? '–' : percent(share)}</td>`;
  const row = (bin: string): VNode => html`
    <tr key=${bin}>
      <th scope="row">${capitalized(bin)}</th>
      ${hasBoth && cell(before.get(bin))}
      ${cell(hasBoth ? after.get(bin) : (after.get(bin) ?? before.get(bin)))}
      <td class="bars">
        ${hasBoth && bar((before.get(bin) ?? 0) / largest, 'before')}
        ${bar((after.get(bin) ?? (hasBoth ? 0 : (before.get(bin) ?? 0))) / largest)}
      </td>
    </tr>
  `;
  return html`
    <section key=${name} class="profile-feature" aria-label=${featureName(name)}>
      <h3>
        ${featureName(name)}
        ${index !== undefined && html`<span class="note"> · stability index ${index.toFixed(2)}</span>`}
      </h3>
      <table class="profile-table"><tbody>${bins.map(row)}</tbody></table>
      ${note !== undefined && html`<p class="note">${note}</p>`}
    </section>
  ` as VNode;
}

/**
 * The profile has the languages that the server identified: says which languages of the data sets it did not.
 *
 * @returns undefined where it identified at least half of the texts of each language.
 */
export function languageNote({
  profile,
  datasets,
}: Pick<VersionCard, 'profile' | 'datasets'>): string | undefined {
  const language = profile?.features.language;
  if (!profile || !language) {
    return undefined;
  }
  const recorded = new Map<string, number>();
  for (const { role, languages } of datasets.flatMap(({ files }) => files)) {
    for (const [code, texts] of role === 'train' ? Object.entries(languages) : []) {
      recorded.set(code, (recorded.get(code) ?? 0) + texts);
    }
  }
  const sentences = [...recorded].flatMap(([code, texts]) => {
    const found = Math.round((language.ratios[language.bins.indexOf(code)] ?? 0) * profile.texts);
    return found * 2 < texts && texts / profile.texts >= MIN_SHARE
      ? [
          `${counted(texts, 'text')} are in ${languageName(code)} by their data set: the server identified ` +
            `${found === 0 ? 'none' : count(found)} of them as such. The others are in other rows.`,
        ]
      : [];
  });
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}
