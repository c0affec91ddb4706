/** What serves, what is its candidate, and what served before; with the admin token, how to change it. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ShadowStatus } from '../../../api/admin.ts';
import type { ConsoleData } from '../../../api/console.ts';
import { percent, versionName } from '../../../terminal/quantities.ts';
import { ACTIONS, type ActionName, nameOf } from '../admin-actions.ts';
import { errorText, RefusedError, requestJson, storedToken, storeToken } from '../api.ts';
import { dateTime } from '../format.ts';
import { ActionDialog } from './action-dialog.ts';
import { comparison, comparisonExamples } from './comparison.ts';
import { empty, panel, warning } from './parts.ts';
import { refusalOf, TokenForm } from './token-form.ts';

interface Props {
  readonly data: ConsoleData | undefined;
  /** A version that the reader wants to compare: its tag, or its commit. */
  readonly wanted: string | undefined;
  /** The version wanted is in a dialog, or no longer wanted. */
  readonly onShown: () => void;
  /** Called after each change: the server has new data. */
  readonly onChange: () => void;
}

const HEADING = { id: 'models', title: 'Models', unit: 'of this replica', class: 'models' };
/** What is said of /admin where it can't be used from here. */
const NO_ADMIN = {
  'other-port': 'Models are changed on the port of /admin (ADMIN_PORT), not from this page.',
  off: 'Models can’t be changed while the server runs: ADMIN_TOKEN is not set.',
};

export function ModelsPanel({ data, wanted, onShown, onChange }: Props): VNode {
  const [token, setToken] = useState(storedToken);
  const [refusal, setRefusal] = useState<string>();
  const [action, setAction] = useState<ActionName>();
  const [outcome, setOutcome] = useState('');
  const forget = (reason: string): void => {
    storeToken(undefined);
    setToken(undefined);
    setRefusal(reason);
    setAction(undefined);
  };
  const { status, error } = useShadow(data, token, forget);
  const isHere = data?.admin === 'here';
  useEffect(() => {
    if (wanted !== undefined && isHere && token !== undefined) {
      setAction('load');
    }
  }, [wanted, token]);
  if (!data) {
    return panel(HEADING, empty('No data yet.'));
  }
  const close = (done?: string): void => {
    setAction(undefined);
    onShown();
    setOutcome(done ?? '');
    if (done !== undefined) {
      onChange();
    }
  };
  const other = data.versions.find(({ commit }) => commit !== data.model?.commit);
  const initial = {
    version: wanted ?? other?.tag ?? other?.commit ?? '',
    share: data.candidate?.share ?? 1,
    labelMap: {},
  };
  return panel(
    HEADING,
    roles(data),
    status && comparison(status),
    error !== undefined && warning(error),
    data.admin !== 'here' && html`<p class="note">${NO_ADMIN[data.admin]}</p>`,
    isHere &&
      token === undefined &&
      h(TokenForm, { refusal, isWanted: wanted !== undefined, onToken: setToken }),
    isHere && token !== undefined && buttons(data, setAction, () => forget('')),
    status && status.examples.length > 0 && comparisonExamples(status),
    html`<p id="outcome" class="outcome" role="status">${outcome}</p>`,
    action &&
      token !== undefined &&
      h(ActionDialog, { name: action, data, token, initial, onClose: close }),
  );
}

/** The comparison, requested again with all data of the page; undefined without candidate or token. */
function useShadow(
  data: ConsoleData | undefined,
  token: string | undefined,
  onRefused: (reason: string) => void,
): { readonly status: ShadowStatus | undefined; readonly error: string | undefined } {
  const [status, setStatus] = useState<ShadowStatus>();
  const [error, setError] = useState<string>();
  const commit = data?.candidate?.commit;
  useEffect(() => {
    if (token === undefined || data?.admin !== 'here') {
      return;
    }
    const read = async (): Promise<void> => {
      try {
        // Without a candidate, the token is checked all the same.
        const path = commit === undefined ? '/admin' : '/admin/shadow';
        const answer = await requestJson<ShadowStatus>(path, { adminToken: token });
        setStatus(commit === undefined ? undefined : answer);
        setError(undefined);
      } catch (cause) {
        if (cause instanceof RefusedError && cause.needsKey) {
          onRefused(refusalOf(cause));
        } else if (!(cause instanceof RefusedError && cause.status === 404)) {
          setError(errorText(cause));
        }
      }
    };
    void read();
  }, [data, token]);
  const isCurrent =
    token !== undefined &&
    status?.candidate.commit === commit &&
    status?.primary.commit === data?.model?.commit;
  return { status: isCurrent ? status : undefined, error };
}

function roles(data: ConsoleData): VNode {
  const { model, candidate, previous } = data;
  const fact = (name: string, version: string, note: string): VNode => html`
    <div><dt>${name}</dt><dd><b class="version">${version}</b>${` ${note}`}</dd></div>
  `;
  const tag = previous && nameOf(data, previous.commit);
  return html`
    <dl id="roles">
      ${fact('Serves', model ? versionName(model) : 'none yet', '')}
      ${
        candidate
          ? fact(
              'Candidate',
              versionName(candidate),
              `predicts ${percent(candidate.share)} of the texts, since ${dateTime(candidate.since)}`,
            )
          : fact('Candidate', 'none', '')
      }
      ${
        previous &&
        fact(
          'Before',
          previous.commit.startsWith(tag ?? '')
            ? (tag ?? '')
            : `${tag} · ${previous.commit.slice(0, 8)}`,
          previous.loaded ? 'still loaded' : 'not loaded any more',
        )
      }
    </dl>
  `;
}

function buttons(
  data: ConsoleData,
  onAction: (name: ActionName) => void,
  onForget: () => void,
): VNode {
  const possible = (Object.keys(ACTIONS) as ActionName[]).filter((name) =>
    ACTIONS[name].isPossible(data),
  );
  return html`
    <div class="actions" role="group" aria-label="Change the models">
      ${possible.map(
        (name) => html`
          <button key=${name} type="button" class=${name === 'promote' ? 'primary' : ''} onClick=${() => onAction(name)}>
            ${ACTIONS[name].label}
          </button>
        `,
      )}
      <button type="button" class="quiet" onClick=${onForget}>Forget the token</button>
    </div>
  `;
}
