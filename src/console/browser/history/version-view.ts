/** The card of a version: what it is made of, how good it is, what it changed. */
import { html } from 'htm/preact';
import { type ComponentChildren, h, type VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { HistoryCommit, ModelHistory, VersionCard } from '../../../api/history.ts';
import { languageName } from '../../../terminal/languages.ts';
import { capitalized, counted, listed } from '../../../terminal/quantities.ts';
import { markdownBlocks } from '../components/markdown.ts';
import { empty, headerRow, panel, warning } from '../components/parts.ts';
import { bytes, count, dateTime, unwrapped } from '../format.ts';
import { parseMarkdown } from '../markdown.ts';
import { changesOfParents } from './changes-view.ts';
import { chips, type Marks } from './marks.ts';
import { languageNote, profileBars } from './profile.ts';
import { scoreBars } from './scores.ts';
import { useJson } from './use-json.ts';
import { fragmentOf, inOrder, nameOf } from './view.ts';

interface Props {
  readonly history: ModelHistory;
  readonly marks: Marks;
  readonly commit: string;
}

export function VersionView(props: Props): VNode {
  const { history, marks, commit } = props;
  const { value: card, error } = useJson<VersionCard>(`/console/history/${commit}`);
  const listedCommit = history.commits.find((each) => each.commit === commit);
  const isVersion = listedCommit?.isVersion !== false;
  const parents = card?.parents ?? listedCommit?.parents ?? [];
  return html`
    ${panel(
      { id: 'version', title: titleOf(props, listedCommit), class: 'wide' },
      listedCommit && html`<p class="commit-facts">${chips(listedCommit, marks)}</p>`,
      h(ParentChanges, { history, commit, parents, key: commit }),
      error !== undefined && warning(error),
      !card && error === undefined && empty('Reading …'),
      card && problems(card),
    )}
    ${card && panel({ id: 'card-commit', title: 'Commit', class: 'wide' }, facts(card, history, isVersion))}
    ${card && isVersion && panels(card)}
    ${card?.readme && readme(card.readme)}
    ${card && fileList(card)}
  ` as VNode;
}

function titleOf({ history, commit }: Props, listedCommit: HistoryCommit | undefined): string {
  const name = nameOf(commit, history);
  return listedCommit ? `${name}: ${listedCommit.subject}` : name;
}

function problems({ problems: all }: VersionCard): VNode[] {
  return all.map((problem) => warning(`Can’t be read: ${problem}`));
}

/** What the reader may compare it with beside its parents. */
function comparisons(commit: string, { pins, ...history }: ModelHistory): VNode[] {
  const others = [...new Set(pins.map((pin) => pin.commit))].filter((each) => each !== commit);
  return others.map((other) => {
    const view = { type: 'compare', ...inOrder([other, commit], { pins, ...history }) } as const;
    return html`<a href=${fragmentOf(view)}>Compare with the pinned ${nameOf(other, { pins, ...history })}</a> ` as VNode;
  });
}

function facts(card: VersionCard, history: ModelHistory, isVersion: boolean): VNode {
  const [, ...body] = card.message.trim().split('\n');
  const fact = (name: string, value: ComponentChildren): VNode =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>` as VNode;
  const parent = (commit: string): VNode =>
    html`<a href=${fragmentOf({ type: 'version', commit })}>${nameOf(commit, history)}</a> ` as VNode;
  return html`
    ${body.length > 0 && html`<p class="message">${unwrapped(body.join('\n'))}</p>`}
    <dl>
      ${fact('SHA', html`<code>${card.commit}</code>`)}
      ${fact(card.parents.length === 1 ? 'Parent' : 'Parents', card.parents.length > 0 ? card.parents.map(parent) : 'none')}
      ${fact('Author', `${card.author}, ${dateTime(card.date)}`)}
      ${isVersion && fact('Size', bytes(card.size))}
      ${isVersion && fact('Labels', card.labels.length > 0 ? listed(card.labels) : 'not known')}
      ${
        isVersion &&
        fact(
          'Lineage',
          html`<span class="lineage" data-lineage=${card.lineage.state}>${card.lineage.detail}</span>`,
        )
      }
    </dl>
    <p class="links">${comparisons(card.commit, history)}</p>
  ` as VNode;
}

interface ParentChangesProps extends Pick<Props, 'history' | 'commit'> {
  readonly parents: readonly string[];
}

/** What the version changed, against its first parent if the reader does not choose another one. */
function ParentChanges({ history, commit, parents }: ParentChangesProps): VNode | false {
  const [chosen, setChosen] = useState(parents[0]);
  const parent = chosen ?? parents[0];
  if (parent === undefined) {
    return false;
  }
  const what = parents.length > 1 ? 'What the merge brought to' : 'What changed since';
  return html`
    <section class="brought" aria-labelledby="brought-title">
      <h3 id="brought-title">${what} ${nameOf(parent, history)}</h3>
      ${changesOfParents({ history, commit }, parents, parent, setChosen)}
    </section>
  ` as VNode;
}

function panels(card: VersionCard): VNode[] {
  const { golden } = card;
  return [
    panel({ id: 'card-scores', title: 'Scores', class: 'wide' }, scoreBars(card)),
    panel({ id: 'card-data', title: 'Data', class: 'wide' }, dataTable(card)),
    panel(
      {
        id: 'card-profile',
        title: 'Training texts',
        unit:
          card.profile && `shares of ${count(card.profile.texts)} texts, as the server sees them`,
        class: 'wide',
      },
      profileBars({ new: card.profile }, undefined, languageNotes(card)),
    ),
    panel({ id: 'card-configuration', title: 'Configuration', class: 'wide' }, configuration(card)),
    panel({ id: 'card-environment', title: 'Environment', class: 'wide' }, environment(card)),
    panel(
      {
        id: 'card-golden',
        title: 'Golden texts',
        unit: 'scores that every start of a server checks',
        class: 'wide',
      },
      golden.total === 0 ? empty('There are none.') : goldenTable(golden, card.labels),
    ),
  ];
}

function languageNotes(card: VersionCard): ReadonlyMap<string, string> {
  const note = languageNote(card);
  return new Map(note === undefined ? [] : [['language', note]]);
}

function dataTable({ datasets }: VersionCard): VNode {
  const counts = (all: Readonly<Record<string, number>>, name: (key: string) => string): string =>
    Object.entries(all)
      .map(([label, n]) => `${name(label)}\u00a0${count(n)}`)
      .join(', ');
  // Of one language, the number is that of the texts.
  const languages = (all: Readonly<Record<string, number>>): string =>
    Object.keys(all).length === 1
      ? languageName(Object.keys(all)[0] ?? '')
      : counts(all, languageName);
  const files = datasets.flatMap((dataset) => dataset.files.map((file) => ({ dataset, ...file })));
  return files.length === 0
    ? empty('No data are recorded.')
    : (html`
        <div class="scroll" tabindex="0" role="region" aria-label="Data files">
          <table class="text-table narrow-table data-table">
            ${headerRow('File', 'For', 'Texts', 'Labels', 'Languages')}
            <tbody>
              ${files.map(
                (file) => html`
                  <tr key=${file.path}>
                    <th scope="row" title=${`${file.dataset.source}. ${file.dataset.license}`}><code>${file.path}</code></th>
                    <td>${file.role}</td>
                    <td class="number">${count(file.rows)}</td>
                    <td class="counts">${counts(file.labels, String)}</td>
                    <td class="counts languages">${languages(file.languages)}</td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
      ` as VNode);
}

function configuration({ hyperparameters }: VersionCard): VNode {
  return hyperparameters.length === 0
    ? empty('No hyper-parameters are recorded.')
    : (html`
        <dl class="values">
          ${hyperparameters.map(
            ({ key, value }) =>
              html`<div key=${key}><dt>${key}</dt><dd><code>${value}</code></dd></div>`,
          )}
        </dl>
      ` as VNode);
}

function environment({
  environment: { python, command, earlierSteps, packages },
}: VersionCard): VNode {
  return html`
    ${python !== undefined && html`<p>Python ${python}</p>`}
    ${earlierSteps.map(
      (step) =>
        html`<p key=${step.name}>Earlier step ${step.name}: <code>${step.command}</code></p>`,
    )}
    ${command !== undefined && html`<p>Trained by <code>${command}</code></p>`}
    <details>
      <summary>${counted(packages.length, 'package')}</summary>
      <ul class="file-changes">
        ${packages.map(({ name, version }) => html`<li key=${name}><code>${name} ${version}</code></li>`)}
      </ul>
    </details>
  ` as VNode;
}

function goldenTable({ total, texts }: VersionCard['golden'], labels: readonly string[]): VNode {
  const columns = labels.length > 0 ? labels : Object.keys(texts[0]?.scores ?? {});
  return html`
    <details>
      <summary>${counted(total, 'text')}${texts.length < total ? `, the first ${count(texts.length)} of them` : ''}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Texts and their scores">
        <table class="text-table">
          ${headerRow('Text', 'Kind', ...columns.map(capitalized))}
          <tbody>
            ${texts.map(
              ({ text, kind, scores }, i) => html`
                <tr key=${i}>
                  <td class="golden-text"><bdi>${text}</bdi></td>
                  <td>${kind}</td>
                  ${columns.map((label) => html`<td class="number">${scores[label]?.toFixed(3) ?? '–'}</td>`)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  ` as VNode;
}

function readme({ text, isCut }: NonNullable<VersionCard['readme']>): VNode {
  return panel(
    { id: 'card-readme', title: 'Model card', unit: 'README.md', class: 'wide' },
    html`<div class="readme">${markdownBlocks(parseMarkdown(text))}</div>`,
    isCut && html`<p class="note">The rest is not shown: it is too long for this page.</p>`,
  );
}

function fileList({ files }: VersionCard): VNode {
  const kinds = Object.entries(files).map(
    ([kind, ofKind]) => html`
      <div class="kind" key=${kind}>
        <h3>${capitalized(kind)}</h3>
        <ul>
          ${ofKind.map(({ path, size, digest }) => html`<li key=${path} title=${digest}><code>${path}</code><span class="note"> ${bytes(size)}</span></li>`)}
        </ul>
      </div>
    `,
  );
  return panel({ id: 'card-files', title: 'Ingredients', unit: 'all files', class: 'wide' }, kinds);
}
