/** The card of the version that serves: its commit and its files. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { ModelCard, ModelFile } from '../../../api/model.ts';
import { request, storedKey } from '../api.ts';
import { bytes, capitalized, dateTime } from '../format.ts';
import { ModelScores } from './model-scores.ts';
import { Empty, Panel } from './parts.ts';

interface Props {
  readonly card: ModelCard | undefined;
  /** Why there is no card. */
  readonly error: string | undefined;
}

export function ModelPanel({ card, error }: Props): VNode {
  return html`
    <${Panel} id="model" title="Model" unit="what its commit says it is" class="wide">
      <div id="model">
        ${
          card
            ? html`
                <${Commit} card=${card} />
                <${Ingredients} byKind=${card.ingredients} />
                <${ModelScores} metrics=${card.metrics} />
              `
            : html`<${Empty}>${error ?? 'The card appears once the model is loaded.'}<//>`
        }
      </div>
    <//>
  `;
}

function Commit({ card }: { card: ModelCard }): VNode {
  const [title, ...body] = card.message.trim().split('\n');
  const sha = (text: string): VNode => html`<code>${text}</code>`;
  const parents = card.parents.length === 0 ? ['none'] : card.parents.map(sha);
  return html`
    <div class="commit">
      <p class="message-title">${title}</p>
      <p class="message">${unwrapped(body.join('\n'))}</p>
      <dl>
        <${Fact} name="Commit" values=${[sha(card.commit)]} />
        <${Fact} name=${card.parents.length === 1 ? 'Parent' : 'Parents'} values=${parents} />
        <${Fact} name="Tag" values=${[card.tag ?? 'none']} />
        <${Fact} name="Author" values=${[card.author.name]} />
        <${Fact} name="Committed" values=${[dateTime(card.date)]} />
        <${Fact} name="Loaded" values=${[dateTime(card.loadedAt)]} />
      </dl>
    </div>
  `;
}

function Fact({ name, values }: { name: string; values: readonly ComponentChildren[] }): VNode {
  return html`<div><dt>${name}</dt>${values.map((value) => html`<dd>${value}</dd>`)}</div>`;
}

/** Removes line breaks within paragraphs; empty lines separate them. */
function unwrapped(text: string): string {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\n(?=\S)/g, ' '))
    .join('\n\n');
}

function Ingredients({ byKind }: { byKind: ModelCard['ingredients'] }): VNode {
  return html`
    <div class="ingredients">
      <h3>Ingredients</h3>
      ${Object.entries(byKind).map(
        ([kind, files]) => html`
          <div class="kind">
            <h4>${capitalized(kind)}</h4>
            <ul>${files.map((file) => html`<${File} ...${file} />`)}</ul>
          </div>
        `,
      )}
    </div>
  `;
}

function File({ path, size, digest }: ModelFile): VNode {
  const href = `/model/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  const onClick = (event: Event): void => {
    // A link sends no API key: with one, the file is requested and then saved.
    if (storedKey() !== null) {
      event.preventDefault();
      void save(href, path);
    }
  };
  return html`
    <li>
      <a href=${href} title=${digest} onClick=${onClick}>${path}</a>
      <span class="note">${` ${bytes(size)}`}</span>
    </li>
  `;
}

async function save(href: string, path: string): Promise<void> {
  const url = URL.createObjectURL(await (await request(href)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = path.split('/').at(-1) ?? path;
  link.click();
  URL.revokeObjectURL(url);
}
