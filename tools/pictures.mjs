// Draws the pictures of docs/pictures from their sources: a .dot file by Graphviz, drift.json as a chart.
//
//   node tools/pictures.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instance } from '@viz-js/viz';
import { ROOT } from './launch.mjs';
import { driftChart } from './pictures/drift-chart.mjs';
import { PICTURE_STYLE } from './pictures/style.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
/** Larger than the text that is drawn, so that it fits in the font of any reader. */
const LAYOUT_FONT = 16;
const FONT = 'Helvetica,Arial,sans-serif';
const ATTRIBUTES = {
  graphAttributes: { bgcolor: 'transparent', nodesep: 0.2, ranksep: 0.28, margin: 0, pad: 0.15 },
  nodeAttributes: {
    shape: 'box',
    style: 'rounded',
    fontname: FONT,
    fontsize: LAYOUT_FONT,
    margin: '0.2,0.08',
  },
  edgeAttributes: { fontname: FONT, fontsize: LAYOUT_FONT, arrowsize: 0.7 },
};

/** @returns the SVG of a graph, in the colours of the page's reader. */
function graphPicture(viz, source) {
  const drawn = viz.renderString(source, { format: 'svg', ...ATTRIBUTES });
  const title = /^\/\/ (.+)/.exec(source)[1];
  return drawn
    .replace(/^[\s\S]*?(?=<svg)/, '')
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/<title>.*<\/title>\n/g, '')
    .replace(/ font-(?:family|size)="[^"]*"/g, '')
    .replace(/<svg width="(\d+)pt" height="(\d+)pt"/, '<svg width="$1" height="$2" role="img"')
    .replace(/>\n<g id="graph0"/, `>\n<title>${title}</title>\n${PICTURE_STYLE}\n<g id="graph0"`);
}

/** @returns the content of each picture by the name of its file. */
export async function drawPictures() {
  const viz = await instance();
  const graphs = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.dot'))
    .map((name) => [
      name.replace(/dot$/, 'svg'),
      graphPicture(viz, readFileSync(join(FOLDER, name), 'utf8')),
    ]);
  const recorded = JSON.parse(readFileSync(join(FOLDER, 'drift.json'), 'utf8'));
  return Object.fromEntries([...graphs, ['drift.svg', driftChart(recorded)]]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, content] of Object.entries(await drawPictures())) {
    writeFileSync(join(FOLDER, name), content);
  }
}
