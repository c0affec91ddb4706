// The server without what observes: no metrics, no log, no language, no history, no signed ids. It
// prints what bench.mjs waits for.
import { readFileSync } from 'node:fs';
import { createApp } from '../dist/app.js';
import { readConfig } from '../dist/config.js';
import { createHttpServer } from '../dist/http/server.js';
import { createClassifier } from '../dist/inference/classifier.js';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const config = readConfig({}, process.env);
const ignore = () => undefined;
const classifier = await createClassifier({
  ...config,
  files: new Map(
    ['model.onnx', 'tokenizer.json', 'config.json'].map((path) => [
      path,
      readFileSync(`models/tweet-sentiment/${config.modelCommit}/${path}`),
    ]),
  ),
  golden: false,
  observer: { onDequeue: ignore, onRun: ignore, onWorkerRestart: ignore },
});
const model = { name: config.modelName, commit: config.modelCommit, classifier };
const server = createHttpServer(
  createApp({
    ...config,
    state: () => ({ status: 'ready', commit: model.commit, model }),
    identifyLanguage: () => ({ language: 'und', confidence: 0 }),
    predictionIds: { create: () => 'id', read: () => ({ status: 'forged' }) },
    page: new Map(),
    history: ignore,
    exposition: { contentType: 'text/plain', expose: async () => '' },
    requests: { onRoute: ignore, onRequestStart: ignore, onRequestEnd: ignore },
    onRejected: ignore,
    onPrediction: ignore,
    onFeedback: ignore,
    onError: ignore,
  }),
);
server.listen(config.port, config.host, () => {
  const url = `http://${config.host}:${server.address().port}`;
  console.log(JSON.stringify({ event: 'listening', url }));
  console.log(JSON.stringify({ event: 'ready' }));
});
process.on('SIGTERM', () => process.exit(0));
