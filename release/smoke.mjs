// smoke.mjs URL SHA: checks that the ready server at URL is the version SHA, and answers its golden
// texts with the scores that the version expects, each alone and among others.
import assert from 'node:assert/strict';

const [url, sha] = process.argv.slice(2);
/** As the server's own check at its start, src/inference/golden.ts. */
const TOLERANCE = 1e-2;
// Compose passes the keys to the server.
const [key] = (process.env.API_KEYS ?? '').split(',').flatMap((text) => {
  const [, named] = /^[^:]*:(.*)$/.exec(text.trim()) ?? [];
  return named ?? (text.trim() || []);
});
const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };

async function get(path) {
  const response = await fetch(url + path, { headers: authorization });
  assert.equal(response.status, 200, `GET ${path}`);
  return response.text();
}

async function predict(inputs) {
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ inputs }),
  });
  assert.equal(response.status, 200, 'POST /predict');
  const { model, predictions } = await response.json();
  assert.equal(model.commit, sha, 'commit of the answer');
  return predictions;
}

assert.equal(JSON.parse(await get('/model')).commit, sha, 'commit of /model');

const { texts: golden } = JSON.parse(await get('/model/files/golden.json'));
const texts = golden.map(({ text }) => text);
let worst = 0;
for (const size of [1, 16]) {
  const predictions = [];
  for (let i = 0; i < texts.length; i += size) {
    predictions.push(...(await predict(texts.slice(i, i + size))));
  }
  for (const [i, { text, scores }] of golden.entries()) {
    for (const [label, expected] of Object.entries(scores)) {
      const difference = Math.abs(predictions[i].scores[label] - expected);
      // Also where it is no number.
      assert.ok(difference <= TOLERANCE, `${label} of "${text}" is off by ${difference}`);
      worst = Math.max(worst, difference);
    }
  }
}

const series = (await get('/metrics'))
  .split('\n')
  .filter((line) => /^classifier_model_info\{/.test(line));
assert.equal(series.length, 1, 'series of classifier_model_info');
assert.ok(series[0].includes(`commit="${sha}"`) && series[0].endsWith(' 1'), series[0]);

console.log(
  `smoke: ${sha} at ${url}: ${golden.length} golden texts, scores within ${worst.toFixed(6)}`,
);
