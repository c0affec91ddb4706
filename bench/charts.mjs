// Charts as SVG: horizontal bars, and lines over a numeric axis.

/** Of medium lightness, so that they are readable on light and on dark pages. */
const COLORS = ['#3b86d1', '#d9772b', '#3f9b5f', '#b0609f', '#8c7a3a', '#727a83'];
const INK = '#727a83';
const WIDTH = 720;
/** The highlighted bar. */
const HIGHLIGHTED = 'this server';

const number = (value) => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

const label = (x, y, text, anchor = 'start', color = INK) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${color}">${text}</text>`;

const svg = (height, title, parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>${title}</title>
${[label(0, 14, title), ...parts].join('\n')}
</svg>
`;

/** @param bars `[name, value]` of each bar. */
export function barChart(title, bars) {
  const [left, right, top, step] = [220, 70, 28, 26];
  const max = Math.max(...bars.map(([, value]) => value));
  const parts = bars.flatMap(([name, value], i) => {
    const y = top + i * step;
    const width = Math.round((value / max) * (WIDTH - left - right));
    return [
      label(left - 8, y + 14, name, 'end'),
      `<rect x="${left}" y="${y}" width="${width}" height="18" fill="${name === HIGHLIGHTED ? COLORS[0] : INK}"/>`,
      label(left + width + 6, y + 14, number(value)),
    ];
  });
  return svg(top + bars.length * step, title, parts);
}

/** Both axes start at zero. @param series `[name, points]` of each line, a point as [x, y]. */
export function lineChart(title, xTitle, series) {
  const [left, right, top, bottom] = [60, 180, 30, 300];
  const points = series.flatMap(([, line]) => line);
  const xTicks = ticks(Math.max(...points.map(([x]) => x)));
  const yTicks = ticks(Math.max(...points.map(([, y]) => y)));
  const atX = (x) => Math.round(left + (x / xTicks.at(-1)) * (WIDTH - left - right));
  const atY = (y) => Math.round(bottom - (y / yTicks.at(-1)) * (bottom - top));
  return svg(bottom + 40, title, [
    ...yTicks.flatMap((y) => [
      `<path d="M${left} ${atY(y)}H${WIDTH - right}" stroke="${INK}" stroke-opacity=".3"/>`,
      label(left - 8, atY(y) + 4, number(y), 'end'),
    ]),
    ...xTicks.map((x) => label(atX(x), bottom + 18, number(x), 'middle')),
    label(atX(xTicks.at(-1)), bottom + 36, xTitle, 'end'),
    ...series.flatMap(([name, line], i) => {
      const color = COLORS[i % COLORS.length];
      const path = line.map(([x, y]) => `${atX(x)} ${atY(y)}`).join('L');
      return [
        `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
        label(WIDTH - right + 12, top + 12 + i * 22, name, 'start', color),
      ];
    }),
  ]);
}

/** Four to eight round numbers, from 0 to `max` or more. */
function ticks(max) {
  const unit = 10 ** Math.floor(Math.log10(max / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).findLast((each) => max / each >= 3.9);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}
