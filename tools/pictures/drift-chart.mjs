// Drift in three panels: the training data, the traffic of the last minute, and the share that raises the alert.
import { PICTURE_STYLE } from './style.mjs';

const WIDTH = 400;
const [LEFT, RIGHT] = [16, 16];
const BAR_LEFT = 84;
const PANEL_GAP = 30;
const LANGUAGES = ['en', 'de', 'und'];
const NAMES = { en: 'English', de: 'German', und: 'unclear' };

const percent = (share) =>
  `${(share * 100).toLocaleString('en-US', { maximumSignificantDigits: share < 0.01 ? 1 : 3 })} %`;

const text = (x, y, content, classes = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}"${classes && ` class="${classes}"`}>${content}</text>`;

/** Bars of the languages' shares. @returns its elements and its height. */
function sharesPanel(top, title, shares) {
  const bars = LANGUAGES.flatMap((language, i) => {
    const y = top + 16 + i * 28;
    const share = shares[language] ?? 0;
    const width = Math.max(1, Math.round(share * (WIDTH - BAR_LEFT - RIGHT - 60)));
    const alarm = language === 'de' ? ' alarm' : '';
    return [
      text(BAR_LEFT - 8, y + 15, NAMES[language], '', 'end'),
      `<rect class="bar${alarm}" x="${BAR_LEFT}" y="${y}" width="${width}" height="20" rx="2"/>`,
      text(BAR_LEFT + width + 6, y + 15, percent(share)),
    ];
  });
  return { parts: [text(LEFT, top, title, 'title'), ...bars], height: 16 + LANGUAGES.length * 28 };
}

/** The share of German over time, with the threshold of the alert. */
function alertPanel(top, title, { german, threshold, firing }) {
  const [left, bottom] = [LEFT + 46, top + 180];
  const [from, to] = [-30, Math.max(60, ...german.map(([time]) => time))];
  const highest = Math.ceil(Math.max(...german.map(([, share]) => share)) * 20 + 0.5) / 20;
  const atX = (time) => Math.round(left + ((time - from) / (to - from)) * (WIDTH - RIGHT - left));
  const atY = (share) => Math.round(bottom - (share / highest) * (bottom - top - 20));
  const shown = german.filter(([time]) => time >= from);
  const line = shown.map(([time, share]) => `${atX(time)} ${atY(share)}`).join('L');
  const shares = Array.from({ length: Math.round(highest / 0.05) + 1 }, (_, i) => i * 0.05);
  const times = [0, 30, 60, 90, 120].filter((time) => time <= to);
  return {
    parts: [
      text(LEFT, top, title, 'title'),
      ...shares.flatMap((share) => [
        `<path class="axis" d="M${left} ${atY(share)}H${WIDTH - RIGHT}"/>`,
        text(left - 6, atY(share) + 5, percent(share), 'muted', 'end'),
      ]),
      ...times.map((time) => text(atX(time), bottom + 20, `${time} s`, 'muted', 'middle')),
      `<path class="threshold" d="M${left} ${atY(threshold)}H${WIDTH - RIGHT}"/>`,
      `<path class="curve" d="M${line}"/>`,
      `<path class="threshold" d="M${atX(firing)} ${bottom}V${top + 20}"/>`,
      text(atX(firing) + 8, top + 38, `alert after ${firing} s`, 'alarm-text'),
      text(
        WIDTH - RIGHT,
        atY(threshold) - 6,
        `threshold ${percent(threshold)}`,
        'threshold-text',
        'end',
      ),
    ],
    height: 205,
  };
}

/** @param recorded the content of drift.json. @returns the SVG. */
export function driftChart(recorded) {
  const training = sharesPanel(30, '1 Training data: English', recorded.training);
  const traffic = sharesPanel(
    30 + training.height + PANEL_GAP,
    '2 A minute of traffic: German arrives',
    recorded.lastMinute,
  );
  const alertTop = 30 + training.height + traffic.height + 2 * PANEL_GAP;
  const alert = alertPanel(alertTop, '3 Share of German in the last minute', recorded);
  const height = alertTop + alert.height + 8;
  return `<svg width="${WIDTH}" height="${height}" role="img" viewBox="0 0 ${WIDTH} ${height}" xmlns="http://www.w3.org/2000/svg">
<title>Drift in three panels: ${recorded.version}, recorded on ${recorded.date}.</title>
${PICTURE_STYLE}
${[...training.parts, ...traffic.parts, ...alert.parts].join('\n')}
</svg>
`;
}
