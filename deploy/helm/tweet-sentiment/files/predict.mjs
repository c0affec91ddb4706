// What `helm test` runs in the image of the server: a prediction must come from the version of MODEL_COMMIT.
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';

const { SERVER_URL, MODEL_COMMIT, TEXT, API_KEYS_FILE } = process.env;
const key = API_KEYS_FILE && firstPlainKey(readFileSync(API_KEYS_FILE, 'utf8'));

if (API_KEYS_FILE && !key) {
  // The file has digests of keys only: what can be seen without a key.
  const { status, headers } = await send('POST', '/predict', { inputs: TEXT });
  check('status of /predict without a key', status, 401);
  check('x-model-commit of /predict', headers['x-model-commit'], MODEL_COMMIT);
  console.log(
    `No text was predicted: the Secret has no key, only digests. ${MODEL_COMMIT} serves.`,
  );
} else {
  const predicted = await send('POST', '/predict', { inputs: TEXT });
  check(`status of /predict (${predicted.body})`, predicted.status, 200);
  const { model, predictions } = JSON.parse(predicted.body);
  check('commit of /predict', model.commit, MODEL_COMMIT);
  const described = await send('GET', '/model');
  check('commit of /model', JSON.parse(described.body).commit, MODEL_COMMIT);
  console.log(
    `${JSON.stringify(TEXT)} is ${predictions[0].label} (${predictions[0].score}), by ${MODEL_COMMIT}`,
  );
}

/** As API_KEYS_FILE is written: <key> or <name>:<key>; nobody can send a digest. */
function firstPlainKey(text) {
  const lines = text.split('\n').map((line) => line.replace(/(?:^|\s)#.*$/, '').trim());
  return lines
    .map((line) => line.replace(/^(?!sha256:)[^:]*:/, ''))
    .find((line) => line && !line.startsWith('sha256:'));
}

function send(method, path, body) {
  const url = new URL(path, SERVER_URL);
  const headers = { 'content-type': 'application/json', ...(key && { 'x-api-key': key }) };
  // The certificate is that of the clients' host, not of the Service. What is checked here is the model.
  const options = { method, headers, timeout: 30_000, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: text }),
      );
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer in 30 s`)));
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

function check(what, found, expected) {
  if (found !== expected) {
    console.error(`${what}: expected ${expected}, found ${found}`);
    process.exit(1);
  }
}
