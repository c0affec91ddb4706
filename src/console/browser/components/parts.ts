/** Small parts that several panels use. Texts of users become text nodes and attributes, never markup. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import type { ChartSeries } from '../chart.ts';

interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly unit?: string;
  /** Values under the cursor of a chart; they take the place of the unit. */
  readonly reading?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A section of the page with its heading. */
export function Panel({ id, title, unit, reading, class: name = id, children }: PanelProps): VNode {
  return html`
    <section class=${`panel ${name}`} aria-labelledby=${`${id}-title`}>
      <div class="heading">
        <h2 id=${`${id}-title`}>${title}</h2>
        <p class="unit">${unit}</p>
        ${
          reading !== undefined &&
          html`<p id=${`${id}-reading`} class="reading" aria-hidden="true">${reading}</p>`
        }
      </div>
      ${children}
    </section>
  `;
}

/** Style of an element that the style sheet fills up to a share. @param share cut to 0 … 1. */
export function shareStyle(share: number): Record<string, string> {
  return { '--share': String(Math.min(Math.max(share, 0), 1)) };
}

/** Shows the share that a number beside it states. */
export function Bar({ share, kind = '' }: { share: number; kind?: string }): VNode {
  return html`<span class=${`bar ${kind}`.trim()} style=${shareStyle(share)} aria-hidden="true" />`;
}

/** The colour of a series, and whether it is striped or dashed. */
export function Swatch({ series }: { series: ChartSeries }): VNode {
  const { color, striped, dashed } = series;
  const kind = striped ? 'striped' : dashed ? 'dashed' : '';
  const style = { '--color': `var(${color})` };
  return html`<span class=${`swatch ${kind}`.trim()} style=${style} aria-hidden="true" />`;
}

/** In the place of data that are not there. */
export function Empty({ children }: { children: ComponentChildren }): VNode {
  return html`<p class="empty">${children}</p>`;
}

export function ErrorText({ children }: { children: ComponentChildren }): VNode {
  return html`<p class="warning" data-level="bad">${children}</p>`;
}

/** Marks a language that the model was not trained on. */
export function ForeignMark(): VNode {
  return html`<span class="tag">foreign</span>`;
}

export function HeaderRow({ names }: { names: readonly string[] }): VNode {
  return html`<tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>`;
}
