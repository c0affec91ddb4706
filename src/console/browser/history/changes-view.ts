/** What one version changed against another: in sentences, pictures and tables. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import type { ModelHistory, VersionChanges, VersionDiffView } from '../../../api/history.ts';
import { counted } from '../../../terminal/quantities.ts';
import { empty, headerRow, panel, warning } from '../components/parts.ts';
import { bytes, count } from '../format.ts';
import { patches } from './patch.ts';
import { profileBars } from './profile.ts';
import { key, scorePairs } from './scores.ts';
import { useJson } from './use-json.ts';
import { fragmentOf, nameOf } from './view.ts';

interface Props {
  readonly history: ModelHistory;
  readonly old: string;
  readonly new: string;
}

/** The path of the changes of a version. */
function changesPath(commits: Pick<Props, 'old' | 'new'>): string {
  return `/console/history/${commits.new}/changes?since=${commits.old}`;
}

/** The sentences alone, with a link to the rest. */
export function ChangesSummary(props: Props): VNode {
  const { value, error } = useJson<VersionChanges>(changesPath(props));
  if (error !== undefined) {
    return warning(error);
  }
  const view = { type: 'compare', old: props.old, new: props.new } as const;
  return html`
    <div class="changes-summary" aria-busy=${value ? undefined : 'true'}>
      ${value ? sentences(value.summary) : empty('Comparing …')}
      <p>
        <a href=${fragmentOf(view)}>
          Compare ${nameOf(props.old, props.history)} with ${nameOf(props.new, props.history)} side by side
        </a>
      </p>
    </div>
  ` as VNode;
}

/** Two versions side by side. */
export function ChangesView(props: Props): VNode {
  const { history, old: before, new: after } = props;
  const { value, error } = useJson<VersionChanges>(changesPath(props));
  const names = [nameOf(before, history), nameOf(after, history)] as const;
  const link = (commit: string, name: string): VNode =>
    html`<a href=${fragmentOf({ type: 'version', commit })}>${name}</a>` as VNode;
  const swapped = fragmentOf({ type: 'compare', old: after, new: before });
  return html`
    ${panel(
      { id: 'changes', title: `${names[0]} → ${names[1]}`, class: 'wide' },
      html`<p class="compared">
        From ${link(before, names[0])} to ${link(after, names[1])}. <a href=${swapped}>Swap them</a>
      </p>`,
      error !== undefined && warning(error),
      value ? sentences(value.summary) : error === undefined && empty('Comparing …'),
      value?.diff.notes.map((note) => html`<p class="note">${note}</p>`),
    )}
    ${value && sections(value, names)}
  ` as VNode;
}

/** The beginning of each, up to the colon, is what it is about. */
function sentences(summary: readonly string[]): VNode {
  return html`
    <ul class="sentences">
      ${summary.map((text) => {
        // Both numbers of a change are on one line.
        const sentence = text.replaceAll(/(?<=\d) → (?=\d)/g, '\u00a0→\u00a0');
        const [, topic, rest] = /^([^:]{1,60}:)(.*)$/s.exec(sentence) ?? [];
        return html`<li>${topic ? html`<b>${topic}</b>${rest}` : sentence}</li>`;
      })}
    </ul>
  ` as VNode;
}

function sections(changes: VersionChanges, names: readonly [string, string]): (VNode | false)[] {
  const { diff, profiles } = changes;
  const indexes = new Map(
    diff.stability.flatMap(({ feature, index }) => (index === undefined ? [] : [[feature, index]])),
  );
  const section = (id: string, title: string, ...content: (VNode | false | undefined)[]): VNode =>
    panel({ id, title, class: 'wide' }, ...content);
  return [
    section('changes-scores', 'Scores', scorePairs(changes, names)),
    section('changes-data', 'Data', dataTable(diff)),
    section(
      'changes-configuration',
      'Configuration',
      valueTable('Hyper-parameters', diff.hyperparameters, names),
      valueTable('Model (config.json)', diff.configuration, names),
      valueTable('Training command', diff.settings, names),
      diff.hyperparameters.length + diff.configuration.length + diff.settings.length === 0 &&
        empty('The same.'),
    ),
    section(
      'changes-profile',
      'Training texts',
      html`<p class="key-line">Share of the training texts: ${key(names)}</p>` as VNode,
      profileBars(profiles, indexes),
    ),
    section('changes-tokenizer', 'Pre-processing and tokens', tokenizer(diff, names)),
    section('changes-packages', 'Environment', environment(diff, names)),
    section(
      'changes-code',
      'Code and documentation',
      diff.texts.length > 0 ? patches(diff.texts) : empty('The same.'),
    ),
    section('changes-files', 'All files', fileList(diff)),
  ];
}

function dataTable({ dataFiles }: VersionDiffView): VNode {
  const cell = (rows: number | undefined): VNode =>
    html`<td class="number">${rows === undefined ? '–' : count(rows)}</td>` as VNode;
  return dataFiles.length === 0
    ? empty('The same.')
    : (html`
        <div class="scroll" tabindex="0" role="region" aria-label="Data files that changed">
          <table class="text-table narrow-table">
            ${headerRow('File', 'Change', 'Texts before', 'Texts after')}
            <tbody>
              ${dataFiles.map(
                ({ path, status, rows }) => html`
                  <tr key=${path}>
                    <th scope="row"><code>${path}</code></th>
                    <td>${status}</td>
                    ${cell(rows.old)}${cell(rows.new)}
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
      ` as VNode);
}

function valueTable(
  title: string,
  values: VersionDiffView['hyperparameters'],
  names: readonly [string, string],
): VNode | false {
  const cell = (value: string | undefined): VNode =>
    html`<td>${value === undefined ? html`<span class="note">none</span>` : html`<code>${value}</code>`}</td>` as VNode;
  return (
    values.length > 0 &&
    (html`
      <h3>${title}</h3>
      <table class="text-table value-table">
        ${headerRow('Key', ...names)}
        <tbody>
          ${values.map(
            (value) => html`
              <tr key=${value.key}>
                <th scope="row"><code>${value.key}</code></th>
                ${cell(value.old)}${cell(value.new)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    ` as VNode)
  );
}

function tokenizer(
  { tokenizer: changed, weights }: VersionDiffView,
  names: readonly [string, string],
): VNode {
  const size =
    weights &&
    (html`<p>Weights: ${[weights.old, weights.new].map((n) => (n === undefined ? 'none' : bytes(n))).join(' → ')}</p>` as VNode);
  if (!changed) {
    return html`${size}<p>${size ? 'The tokenizer is the same.' : 'The same.'}</p>` as VNode;
  }
  const { vocabulary, normalizer, settings } = changed;
  const steps = normalizer.filter(({ status }) => status !== 'same');
  return html`
    ${size}
    <p>
      Vocabulary: ${[vocabulary.old, vocabulary.new].map((n) => (n === undefined ? 'none' : count(n))).join(' → ')} tokens,
      ${' '}${count(vocabulary.added)} added, ${count(vocabulary.removed)} removed
    </p>
    ${
      steps.length > 0 &&
      html`
        <details class="patch">
          <summary>${counted(steps.length, 'step')} of the pre-processing changed</summary>
          <pre tabindex="0" aria-label="Steps of the pre-processing">${normalizer.map(
            ({ status, step }) =>
              html`<span class=${status}>${`${{ same: ' ', added: '+', removed: '-' }[status]} ${step}\n`}</span>`,
          )}</pre>
        </details>
      `
    }
    ${
      settings.length > 0 &&
      html`
        <details class="patch">
          <summary>${counted(settings.length, 'setting')} of the tokenizer changed</summary>
          ${valueTable('Settings of the tokenizer', settings, names)}
        </details>
      `
    }
  ` as VNode;
}

function environment(diff: VersionDiffView, names: readonly [string, string]): VNode {
  const { python, packages } = diff;
  const hasPython = python.old !== undefined || python.new !== undefined;
  const values = packages.map(({ name, status, ...sides }) => ({
    ...{ key: status === 'rehashed' ? `${name} (other hashes)` : name, ...sides },
  }));
  return html`
    ${hasPython && html`<p>Python ${[python.old ?? 'none', python.new ?? 'none'].join(' → ')}</p>`}
    ${
      values.length > 0 &&
      html`
        <details>
          <summary>${counted(values.length, 'package')} changed</summary>
          ${valueTable('Packages', values, names)}
        </details>
      `
    }
    ${values.length === 0 && !hasPython && empty('The same.')}
  ` as VNode;
}

function fileList({ files }: VersionDiffView): VNode {
  return files.length === 0
    ? empty('All files are the same.')
    : (html`
        <ul class="file-changes">
          ${files.map(({ path, status }) => html`<li key=${path}><code>${path}</code> <span class="note">${status}</span></li>`)}
        </ul>
      ` as VNode);
}

/** What a merge brought, or any other commit changed: against one of its parents. */
export function changesOfParents(
  props: { readonly history: ModelHistory; readonly commit: string },
  parents: readonly string[],
  parent: string,
  onParent: (parent: string) => void,
): VNode {
  const { history, commit } = props;
  const option = (each: string): VNode =>
    html`
    <label class="option" key=${each}>
      <input type="radio" name="parent" checked=${each === parent} onChange=${() => onParent(each)} />
      <span>${nameOf(each, history)}</span>
    </label>
  ` as VNode;
  return html`
    ${
      parents.length > 1 &&
      html`
        <fieldset class="scopes parents">
          <legend class="hidden">Compared with which parent</legend>
          ${parents.map(option)}
        </fieldset>
      `
    }
    ${h(ChangesSummary, { history, old: parent, new: commit, key: parent })}
  ` as VNode;
}
