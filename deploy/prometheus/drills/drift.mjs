// Drills of alerts-drift.yml.
import { MULTILINGUAL, PINNED } from '../../../tools/versions.mjs';
import { start } from './service.mjs';
import { observedShares, sleep } from './stage.mjs';
import {
  english,
  german,
  hieroglyphs,
  long,
  mixed,
  negative,
  short,
  sport,
  wordless,
} from './texts.mjs';

const WARM_UP_MS = 60_000;

/** An hour of history with the shares that the server has just observed: a normal. */
async function withNormal(stage) {
  for (const server of stage.servers) {
    await stage.startServer(server);
  }
  await stage.startAlertmanager();
  stage.traffic = stage.send(english, { rate: 20 });
  await sleep(WARM_UP_MS);
  const shares = await observedShares(stage.server);
  const history = shares.map(({ feature, bin, share }) => ({
    name: 'job_commit_feature_bin:classifier_observations:ratio5m_sample',
    labels: { job: 'tweet-sentiment', commit: PINNED, feature, bin },
    from: 3600,
    value: () => share,
  }));
  await stage.startPrometheus(history);
  // Until the normal is recorded.
  await sleep(2 * WARM_UP_MS);
}

/** Other texts instead of the usual ones, and back. */
const texts = (next) => ({
  cause: (stage) => {
    stage.traffic.stop();
    stage.traffic = stage.send(next, { rate: 20 });
  },
  repair: (stage) => {
    stage.traffic.stop();
    stage.traffic = stage.send(english, { rate: 20 });
  },
});

/** The version that was trained on German takes over. */
const takeover = (stage) => stage.restartServer({ MODEL_COMMIT: MULTILINGUAL });

export const DRIFT_DRILLS = [
  {
    alert: 'ClassifierForeignLanguage',
    severity: 'page',
    setUp: start,
    ...texts(mixed(english, german, 0.2)),
    repair: takeover,
  },
  {
    alert: 'ClassifierForeignLanguage',
    severity: 'ticket',
    setUp: start,
    ...texts(mixed(english, german, 0.03)),
    repair: takeover,
  },
  {
    alert: 'ClassifierUndetermined',
    severity: 'ticket',
    setUp: withNormal,
    ...texts(mixed(english, wordless, 0.2)),
  },
  {
    alert: 'ClassifierLabelMixDrift',
    severity: 'ticket',
    setUp: withNormal,
    ...texts(mixed(english, negative, 0.4)),
  },
  {
    alert: 'ClassifierScoreDrift',
    severity: 'ticket',
    setUp: withNormal,
    ...texts(wordless),
  },
  {
    alert: 'ClassifierLengthDrift',
    severity: 'ticket',
    setUp: withNormal,
    ...texts(mixed(short, long, 0.3)),
  },
  {
    alert: 'ClassifierTopicDrift',
    severity: 'ticket',
    setUp: withNormal,
    ...texts(sport),
  },
  {
    alert: 'ClassifierUnknownTokens',
    severity: 'ticket',
    setUp: start,
    ...texts(mixed(english, hieroglyphs, 0.3)),
  },
];
