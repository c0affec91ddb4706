/** What there is to say of server and traffic, how serious it is, and what to do next. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Finding, NextStep } from '../../../api/finding.ts';
import { duration, languageWithCode, listed, shortCommit } from '../../../terminal/quantities.ts';
import { timeOfDay } from '../format.ts';
import type { Actions, State } from '../state.ts';
import { CopyButton } from './copy-button.ts';
import { KeyForm } from './key-form.ts';
import { type OnTexts, type TextFilter, time } from './parts.ts';

/** What only the page can know is neither fine nor a reason to act. */
type Severity = Finding['severity'] | 'unknown';
type Shown = Omit<Finding, 'severity'> & { readonly severity: Severity };

const SEVERITIES: Readonly<Record<Severity, string>> = {
  act: 'Act now',
  look: 'Have a look',
  fine: 'Fine',
  unknown: 'Unknown',
};
/** For the title of the tab. */
const MARKS: Readonly<Record<Severity, string>> = { act: '✖ ', look: '▲ ', fine: '', unknown: '' };

interface Props {
  readonly state: State;
  readonly actions: Actions;
  /** Called with a version that the reader wants to compare. */
  readonly onCompare: (version: string) => void;
  readonly onTexts: OnTexts;
  /** Called with the alert whose section of the runbook the reader wants. */
  readonly onRunbook: (alert: string) => void;
}

export function Status(props: Props): VNode {
  const { state, actions } = props;
  const { contact, isKeyRefused } = state;
  const found = findingsOf(state);
  const [first, ...others] = found as [Shown, ...Shown[]];
  const name = state.data?.model?.name ?? 'Console';
  useEffect(() => {
    document.title = `${MARKS[first.severity]}${name}`;
    document.body.classList.toggle('stale', contact === 'silent');
  }, [first.severity, name, contact]);
  // Read aloud when the kinds of findings change, not each time that a number changes.
  const kinds = found.map(({ kind }) => kind).join();
  const announcement = useMemo(
    () => found.map(({ severity, text }) => `${SEVERITIES[severity]}: ${text}`).join(' '),
    [kinds],
  );
  return html`
    <section id="verdict" class="verdict" data-severity=${first.severity} aria-label="Status">
      <p class="severity"><span class="mark" aria-hidden="true" />${SEVERITIES[first.severity]}</p>
      <div class="said">
        <p id="headline" class="headline">${first.text}</p>
        ${detail(first)}
        ${actionsOf(first, props)}
        ${contact === 'needs-key' && h(KeyForm, { isRefused: isKeyRefused, onKey: actions.enterKey })}
      </div>
      ${commands(first)}
      ${
        others.length > 0 &&
        html`
          <ul id="further" class="further">
            ${others.map(
              (each) => html`
                <li key=${each.kind} data-severity=${each.severity}>
                  <p>
                    <span class="mark small" aria-hidden="true" />
                    <span class="hidden">${SEVERITIES[each.severity]}: </span>${each.text}
                  </p>
                  ${actionsOf(each, props)}
                </li>
              `,
            )}
          </ul>
        `
      }
      <p id="announcement" class="hidden" role="status">${announcement}</p>
    </section>
  `;
}

/** The server can't say them. */
const SILENT_STEPS: readonly NextStep[] = [
  { type: 'command', text: 'See whether it runs', command: 'docker compose ps --all server' },
  { type: 'command', text: 'Read why not', command: 'docker compose logs --tail=50 server' },
];

/** Those of the server, or why there are none. */
function findingsOf({ data, contact, ageSeconds }: State): readonly Shown[] {
  const only = (severity: Severity, kind: string, text: string, meaning?: string): Shown[] => [
    { severity, kind, text, steps: [], ...(meaning ? { detail: meaning } : {}) },
  ];
  if (contact === 'needs-key') {
    const meaning =
      'This server was started with API_KEYS. With one of its keys you see what is live, its ' +
      'traffic and its last texts. The person who runs the server has them.';
    return only('unknown', 'key', 'This console is locked: it wants an API key.', meaning);
  }
  if (contact === 'silent') {
    const text = `The server has not answered for ${duration(ageSeconds)}.`;
    const meaning =
      'What you see below is from before. docs/runbook.md#classifierdown has what to do.';
    return [{ severity: 'act', kind: 'silent', text, detail: meaning, steps: SILENT_STEPS }];
  }
  return data?.findings ?? only('unknown', 'connecting', 'Waiting for the server …');
}

function detail({ detail: text, firingSince }: Shown): VNode | false {
  const firing =
    firingSince !== undefined &&
    html`<span class="firing">The alert fires since ${time(firingSince, timeOfDay)} UTC, over all replicas.</span>`;
  return Boolean(text || firing) && (html`<p class="detail">${text} ${firing}</p>` as VNode);
}

/** What can be done on this page. */
function actionsOf({ steps }: Shown, props: Props): VNode | false {
  const items = steps.flatMap((step) => stepOf(step, props) ?? []);
  return (
    items.length > 0 &&
    html`<div class="next" role="group" aria-label="What to do next">${items}</div>`
  );
}

function stepOf(step: NextStep, { onTexts, onCompare, onRunbook }: Props): VNode | undefined {
  const button = (text: string, onClick: () => void): VNode =>
    html`<button key=${text} type="button" onClick=${onClick}>${text}</button>`;
  switch (step.type) {
    case 'texts':
      return button(step.text, () => onTexts({ ...step, name: namesOf(step) }));
    case 'version': {
      const { version, text, canCompare } = step;
      const compare = `Compare ${isFullCommit(version) ? shortCommit(version) : version}`;
      return html`
        <span key=${version} class="offer">
          ${text}${' '}${canCompare && button(compare, () => onCompare(version))}
        </span>
      `;
    }
    case 'runbook':
      return button(step.text, () => onRunbook(step.alert));
    case 'command':
      return undefined;
  }
}

function isFullCommit(version: string): boolean {
  return /^[0-9a-f]{40,}$/.test(version);
}

/** `German (de) and French (fr)` */
function namesOf({ feature, bins }: Pick<TextFilter, 'feature' | 'bins'>): string {
  return listed(bins.map((bin) => (feature === 'language' ? languageWithCode(bin) : bin)));
}

/** What can be done in a terminal. */
function commands({ steps }: Shown): VNode | false {
  const found = steps.filter(
    (step): step is Extract<NextStep, { type: 'command' }> => step.type === 'command',
  );
  return (
    found.length > 0 &&
    html`
      <ul class="commands">
        ${found.map(
          ({ text, command }) => html`
            <li key=${text}>
              <span class="for">${text}</span>
              <code tabindex="0">${command}</code>${h(CopyButton, { text: command, name: text })}
            </li>
          `,
        )}
      </ul>
    `
  );
}
