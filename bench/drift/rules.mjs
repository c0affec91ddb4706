// The drift rules of deploy/prometheus, over simulated traffic: windows, the normal of the deployment's own
// history, and how long a condition holds before an alert fires.
import { createTally, DRIFT_POLICY, driftAlarms, measureDrift } from '#dist/toolkit.js';

export const STEP_SECONDS = 5;
const MINUTE = 60;
/** As in the group `normal` of recording-drift.yml. */
const SAMPLE_SECONDS = 60;
const OFFSET_SECONDS = 600;
const MIN_SAMPLES = 15;
const SAMPLES_OF_A_DAY = 1440;

/** Counts of the last seconds. */
function createWindow(profile, seconds) {
  const steps = [];
  const total = createTally(profile).counts;
  const add = (counts, sign) => {
    for (const [feature, bins] of Object.entries(counts)) {
      bins.forEach((n, i) => {
        total[feature][i] += sign * n;
      });
    }
  };
  return {
    total,
    push(counts) {
      steps.push(counts);
      add(counts, 1);
      if (steps.length > seconds / STEP_SECONDS) {
        add(steps.shift(), -1);
      }
    },
  };
}

/** Mean and standard deviation of each share, of samples that are older than the offset. */
function createHistory() {
  const waiting = [];
  const sums = new Map();
  let samples = 0;
  const take = (drift) => {
    samples++;
    for (const { feature, bins } of drift) {
      for (const { bin, observed } of bins) {
        const key = `${feature} ${bin}`;
        const sum = sums.get(key) ?? { feature, bin, total: 0, squares: 0 };
        sums.set(key, sum);
        sum.total += observed;
        sum.squares += observed ** 2;
      }
    }
  };
  let normal;
  return {
    push(drift, second) {
      waiting.push({ drift, second });
    },
    isYoung: () => samples < SAMPLES_OF_A_DAY,
    /** @returns the normal at a time; undefined where there are too few samples. */
    normalAt(second) {
      while (waiting.length > 0 && waiting[0].second <= second - OFFSET_SECONDS) {
        take(waiting.shift().drift);
        normal = undefined;
      }
      if (samples >= MIN_SAMPLES && !normal) {
        normal = { features: {} };
        for (const { feature, bin, total, squares } of sums.values()) {
          const ratio = total / samples;
          const deviation = Math.sqrt(Math.max(0, squares / samples - ratio ** 2));
          normal.features[feature] ??= {};
          normal.features[feature][bin] = { ratio, deviation };
        }
      }
      return normal;
    },
  };
}

/** The `for` of the alert rules, in seconds. */
const HOLD_SECONDS = {
  foreign_language: 0,
  undetermined: 0,
  label_mix: 60,
  score: 120,
  length: 120,
  topic: 120,
  unknown_tokens: 120,
  label_index_training: 120,
};
/** The stability index of labels against the training data, as a rule of its own: what there was before. */
const TRAINING_INDEX = 'label_index_training';

/** The alarms from which the normal does not learn. */
const NOT_NORMAL = ['undetermined', 'label_mix', 'score', 'length', 'topic'];

/**
 * @param reference `rolling`, or a fixed normal; undefined for none.
 * @returns `step(counts)`, which gives the alerts that fire, by kind and bin.
 */
export function createRules(profile, reference) {
  const [minute, five] = [MINUTE, 5 * MINUTE].map((seconds) => createWindow(profile, seconds));
  const hour = createWindow(profile, 3600);
  const history = createHistory();
  let second = 0;
  let since = {};
  const languagesOf = (window, normal) =>
    driftAlarms(measureDrift(profile, window.total), normal).filter(
      ({ feature }) => feature === 'language',
    );
  return {
    /** The normal of all that was seen. */
    normal: () => history.normalAt(Number.POSITIVE_INFINITY),
    step(counts) {
      second += STEP_SECONDS;
      for (const window of [minute, five, hour]) {
        window.push(counts);
      }
      const normal = reference === 'rolling' ? history.normalAt(second) : reference;
      const drift = measureDrift(profile, five.total);
      const minDifference =
        reference === 'rolling' && history.isYoung()
          ? DRIFT_POLICY.labelMix.minDifferenceOfFirstDay
          : 0;
      const found = [...driftAlarms(drift, normal), ...languagesOf(minute, normal)].filter(
        ({ kind, observed, expected }) =>
          kind !== 'label_mix' || Math.abs(observed - expected) > minDifference,
      );
      const texts = drift[0].observations;
      if (texts < 1000) {
        found.push(...languagesOf(hour).filter(({ kind }) => kind === 'foreign_language'));
      }
      const label = drift.find(({ feature }) => feature === 'label');
      if (
        label.observations >= DRIFT_POLICY.minObservations &&
        label.stabilityIndex > DRIFT_POLICY.psi.changed
      ) {
        found.push({ kind: TRAINING_INDEX, bin: null });
      }
      const held = {};
      const firing = new Set();
      for (const { kind, bin } of found) {
        const key = bin === null ? kind : `${kind} ${bin}`;
        held[key] = since[key] ?? second;
        if (second - held[key] >= HOLD_SECONDS[kind]) {
          firing.add(key);
        }
      }
      since = held;
      const isNormal = !normal || !found.some(({ kind }) => NOT_NORMAL.includes(kind));
      if (second % SAMPLE_SECONDS === 0 && texts >= DRIFT_POLICY.minObservations && isNormal) {
        history.push(drift, second);
      }
      return firing;
    },
  };
}
