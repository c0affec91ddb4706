/** Says what a change of the models will do, and makes it once it is confirmed. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChangeResponse } from '../../../api/admin.ts';
import type { ConsoleData } from '../../../api/console.ts';
import {
  ACTIONS,
  type ActionName,
  type Choice,
  describeOutcome,
  labelsToMap,
} from '../admin-actions.ts';
import { errorText, requestJson } from '../api.ts';
import { languageNames } from '../languages.ts';
import { warning } from './parts.ts';

/** A version may have to be fetched. */
const TIMEOUT_MS = 600_000;

interface Props {
  readonly name: ActionName;
  readonly data: ConsoleData;
  readonly token: string;
  /** What is chosen at first. */
  readonly initial: Choice;
  /** @param outcome what has changed; undefined where nothing was done. */
  readonly onClose: (outcome?: string) => void;
}

export function ActionDialog({ name, data, token, initial, onClose }: Props): VNode {
  const { label, fields, explain, request } = ACTIONS[name];
  const dialog = useRef<HTMLDialogElement>(null);
  const [choice, setChoice] = useState(initial);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const make = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const { path, ...options } = request(data, choice);
      const timing = { adminToken: token, timeoutMs: TIMEOUT_MS };
      const response = await requestJson<ChangeResponse>(path, { ...options, ...timing });
      onClose(describeOutcome(data, response));
    } catch (cause) {
      setError(errorText(cause));
      setBusy(false);
    }
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    void make();
  };
  const set = (changed: Partial<Choice>) => setChoice({ ...choice, ...changed });
  return html`
    <dialog ref=${dialog} aria-labelledby="action-title" aria-describedby="action-text" onClose=${() => onClose()}>
      <form onSubmit=${onSubmit}>
        <h2 id="action-title">${label}</h2>
        ${fields.includes('version') && versionField(data, choice.version, (version) => set({ version, labelMap: {} }))}
        ${fields.includes('labelMap') && labelMapFields(data, choice, (labelMap) => set({ labelMap }))}
        ${fields.includes('share') && shareField(choice.share, (share) => set({ share }))}
        <p id="action-text">${explain(data, choice)}</p>
        <div role="alert">${error !== undefined && warning(error)}</div>
        <div class="actions">
          <button type="submit" class="primary" disabled=${isBusy}>
            ${isBusy ? 'Working …' : label}
          </button>
          <button type="button" onClick=${() => dialog.current?.close()}>Cancel</button>
        </div>
      </form>
    </dialog>
  ` as VNode;
}

function versionField(
  { versions, model }: ConsoleData,
  value: string,
  onVersion: (version: string) => void,
): VNode {
  const others = versions.filter(({ commit }) => commit !== model?.commit);
  const onInput = (event: Event) =>
    onVersion((event.currentTarget as HTMLInputElement).value.trim());
  return html`
    <label for="action-version">Version: a tag of the list, or a full commit SHA</label>
    <input
      id="action-version"
      list="action-versions"
      value=${value}
      required
      spellcheck="false"
      autocomplete="off"
      onInput=${onInput}
    />
    <datalist id="action-versions">
      ${others.map(
        ({ tag, commit, languages }) =>
          html`<option key=${commit} value=${tag ?? commit}>${languageNames(languages)}</option>`,
      )}
    </datalist>
  `;
}

/** A choice for each label of a version whose labels are not those of the version that serves. */
function labelMapFields(
  data: ConsoleData,
  { version, labelMap }: Choice,
  onMap: (labelMap: Choice['labelMap']) => void,
): VNode | false {
  const labels = labelsToMap(data, version);
  const field = (label: string, i: number): VNode => {
    const onChange = (event: Event) =>
      onMap({ ...labelMap, [label]: (event.currentTarget as HTMLSelectElement).value });
    return html`
      <label for=${`action-label-${i}`}>${`Its label “${label}” is`}</label>
      <select id=${`action-label-${i}`} required value=${labelMap[label] ?? ''} onChange=${onChange}>
        <option value="">Choose …</option>
        ${data.labels.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
      </select>
    ` as VNode;
  };
  return (
    labels.length > 0 &&
    (html`
      <fieldset class="label-map">
        <legend>This version has other labels</legend>
        ${labels.map(field)}
      </fieldset>
    ` as VNode)
  );
}

function shareField(value: number, onShare: (share: number) => void): VNode {
  const onInput = (event: Event) => {
    const { valueAsNumber } = event.currentTarget as HTMLInputElement;
    if (!Number.isNaN(valueAsNumber)) {
      onShare(valueAsNumber / 100);
    }
  };
  return html`
    <label for="action-share">Share of the texts, in percent</label>
    <input
      id="action-share"
      type="number"
      min="0"
      max="100"
      step="any"
      required
      value=${Math.round(value * 1e4) / 100}
      onInput=${onInput}
    />
  `;
}
