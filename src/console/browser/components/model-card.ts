/** The card of the version that serves: its commit and its files. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { ModelCard, ModelFile } from '../../../api/model.ts';
import { capitalized } from '../../../terminal/quantities.ts';
import { request, storedKey } from '../api.ts';
import { bytes, dateTime, localTime, unwrapped } from '../format.ts';
import { modelScores } from './model-scores.ts';
import { empty } from './parts.ts';

/** @param error why there is no card. */
export function modelCard(card: ModelCard | undefined, error: string | undefined): VNode {
  const content = card
    ? [commit(card), ingredients(card), modelScores(card.metrics)]
    : empty(error ?? 'The card appears once the model is loaded.');
  return html`<div id="model">${content}</div>`;
}

function commit(card: ModelCard): VNode {
  const [title, ...body] = card.message.trim().split('\n');
  const sha = (text: string): VNode => html`<code>${text}</code>`;
  const parents = card.parents.length === 0 ? ['none'] : card.parents.map(sha);
  const fact = (name: string, ...values: ComponentChildren[]): VNode =>
    html`<div><dt>${name}</dt>${values.map((value) => html`<dd>${value}</dd>`)}</div>`;
  return html`
    <div class="commit">
      <p class="message-title">${title}</p>
      <p class="message">${unwrapped(body.join('\n'))}</p>
      <dl>
        ${fact('Commit', sha(card.commit))}
        ${fact(card.parents.length === 1 ? 'Parent' : 'Parents', ...parents)}
        ${fact('Tag', card.tag ?? 'none')}
        ${fact('Author', card.author.name)}
        ${fact('Committed', moment(card.date))}
        ${fact('Loaded', moment(card.loadedAt))}
      </dl>
    </div>
  `;
}

/** In UTC, with the time of the reader when it is pointed at. */
function moment(iso: string): VNode {
  return html`<time datetime=${iso} title=${localTime(new Date(iso))}>${dateTime(iso)}</time>`;
}

function ingredients(card: ModelCard): VNode {
  const kinds = Object.entries(card.ingredients).map(
    ([kind, files]) => html`
      <div class="kind"><h4>${capitalized(kind)}</h4><ul>${files.map(fileItem)}</ul></div>
    `,
  );
  return html`<div class="ingredients"><h3>Ingredients</h3>${kinds}</div>`;
}

function fileItem({ path, size, digest }: ModelFile): VNode {
  const href = `/model/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  const onClick = (event: Event): void => {
    // A link sends no API key: with one, the file is requested and then saved.
    if (storedKey() !== null) {
      event.preventDefault();
      void save(href, path);
    }
  };
  const link = html`<a href=${href} title=${digest} onClick=${onClick}>${path}</a>`;
  return html`<li>${link}<span class="note">${` ${bytes(size)}`}</span></li>`;
}

async function save(href: string, path: string): Promise<void> {
  const url = URL.createObjectURL(await (await request(href)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = path.split('/').at(-1) ?? path;
  link.click();
  URL.revokeObjectURL(url);
}
