/** Small parts of several panels. Texts of users become text nodes and attributes, never markup. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { ChartSeries } from '../series.ts';

export interface Heading {
  readonly id: string;
  readonly title: string;
  readonly unit?: string | undefined;
  /** Values under the cursor of a chart; they take the place of the unit. */
  readonly reading?: string;
  readonly class: string;
}

/** A section of the page. */
export function panel(heading: Heading, ...children: ComponentChildren[]): VNode {
  const { id, title, unit, reading } = heading;
  const value = (text: string): VNode =>
    html`<p id=${`${id}-reading`} class="reading" aria-hidden="true">${text}</p>`;
  return html`
    <section class=${`panel ${heading.class}`} aria-labelledby=${`${id}-title`}>
      <div class="heading">
        <h2 id=${`${id}-title`}>${title}</h2>
        ${unit && html`<p class="unit">${unit}</p>`}${reading !== undefined && value(reading)}
      </div>
      ${children}
    </section>
  `;
}

/** For elements that the style sheet fills up to a share. @param share cut to 0 … 1. */
export function shareStyle(share: number): Record<string, string> {
  return { '--share': String(Math.min(Math.max(share, 0), 1)) };
}

/** Shows the share that a number beside it states. */
export function bar(share: number, kind = ''): VNode {
  return html`<span class=${`bar ${kind}`.trim()} style=${shareStyle(share)} aria-hidden="true" />`;
}

/** The colour of a series, and whether it is striped or dashed. */
export function swatch({ color, striped, dashed }: ChartSeries): VNode {
  const kind = striped ? 'striped' : dashed ? 'dashed' : '';
  const style = { '--color': `var(${color})` };
  return html`<span class=${`swatch ${kind}`.trim()} style=${style} aria-hidden="true" />`;
}

/** In the place of data that are not there. */
export function empty(text: string): VNode {
  return html`<p class="empty">${text}</p>`;
}

export function warning(level: 'bad' | 'warning', text: string): VNode {
  return html`<p class="warning" data-level=${level}>${text}</p>`;
}

/** Marks a language that the model was not trained on. */
export function foreignMark(): VNode {
  return html`<span class="tag">foreign</span>`;
}

export function headerRow(...names: readonly string[]): VNode {
  return html`<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`;
}
