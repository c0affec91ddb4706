// Speed of `tweet-sentiment logs` without a terminal, in lines a second; a line has about 600 bytes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN } from '../tools/launch.mjs';
import { temporaryFolder } from '../tools/temporary.mjs';
import { makeTexts } from './texts.mjs';

const LINES = 400_000;
const RUNS = 3;
const LABELS = ['negative', 'neutral', 'positive'];
const LANGUAGES = ['en', 'en', 'en', 'de', 'fr', 'und'];

const texts = makeTexts(5_000);
const path = join(temporaryFolder(), 'server.log');
const lines = Array.from({ length: LINES }, (_, index) => line(index));
writeFileSync(path, lines.join(''));
const bytes = lines.reduce((total, text) => total + text.length, 0) / LINES;
process.stdout.write(`${LINES} lines of ${Math.round(bytes)} characters, best of ${RUNS}\n`);
await measure('all lines', []);
await measure('all lines, --json', ['--json']);
await measure('--summary', ['--summary']);
await measure('--language de', ['--language', 'de']);
await measure('four filters', [
  ...['--language', 'de', '--label', 'negative', '--score-below', '0.6', '--grep', 't+ra'],
]);

// From the start of the process to the end of its output.
async function measure(name, flags) {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    const child = spawn(process.execPath, [MAIN, 'logs', path, '--no-follow', ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.resume();
    const [code] = await once(child, 'close');
    if (code !== 0) {
      throw new Error(`logs ended with ${code}`);
    }
    best = Math.min(best, performance.now() - start);
  }
  const rate = Math.round((LINES / best) * 1_000);
  process.stdout.write(`${name.padEnd(20)} ${rate.toLocaleString('en-US').padStart(9)} lines/s\n`);
}

function line(index) {
  const score = 0.34 + (index % 66) / 100;
  return `${JSON.stringify({
    timestamp: new Date(1_767_225_600_000 + index).toISOString(),
    level: 'info',
    event: 'prediction',
    request_id: `6540117a-0ac7-4c59-b404-${String(index).padStart(12, '0')}`,
    id: `AWsFu5Yy63_Ve2u9nb5dbmV1dHJhbAw-S_Tl77uj${index}`,
    model: 'tweet-sentiment',
    commit: '32eb7fd5469295075ea10dfc54e9c97da5514a19',
    input: texts[index % texts.length],
    label: LABELS[index % 3],
    score,
    scores: { negative: score, neutral: (1 - score) / 2, positive: (1 - score) / 2 },
    language: LANGUAGES[index % 6],
    language_confidence: 0.988,
    tokens: 24,
    unknown_ratio: 0,
    truncated: false,
    latency_ms: (index % 500) / 10,
  })}\n`;
}
