import { Counter, Histogram, type Registry } from 'prom-client';
import { COUNTED_LANGUAGES, countedLanguage } from '../../drift/languages.ts';
import { OTHER } from '../../drift/profile.ts';
import { REJECTION_REASONS, type RejectionReason } from '../../serving/observer.ts';
import { shortCommit } from '../../serving/prediction-id.ts';
import type { FeedbackRecord, PredictionRecord } from '../../serving/prediction-record.ts';

/** What was predicted, and what clients reported of it. */
export function createPredictionMetrics(registry: Registry) {
  const registers = [registry];
  const observeText = createTextMetrics(registry);
  const predictions = new Counter({
    name: 'classifier_predictions_total',
    help: 'Predictions that were answered, by predicted label and identified language.',
    labelNames: ['label', 'language'] as const,
    registers,
  });
  const score = new Histogram({
    name: 'classifier_prediction_score',
    help: 'Probability of the predicted label.',
    labelNames: ['label'] as const,
    buckets: [0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99],
    registers,
  });
  const rejected = new Counter({
    name: 'classifier_rejected_total',
    help: 'Requests for predictions that got none, by reason.',
    labelNames: ['reason'] as const,
    registers,
  });
  for (const reason of REJECTION_REASONS) {
    rejected.inc({ reason }, 0);
  }
  const feedback = createFeedbackMetrics(registry);
  const known = new Set<string>();

  return {
    /** The series of a model's labels begin at 0. */
    onServing(commit: string, labels: readonly string[]): void {
      feedback.onServing(commit, labels);
      for (const label of labels) {
        // A version before may have had the label: its counts stay.
        if (!known.has(label)) {
          known.add(label);
          score.zero({ label });
        }
        for (const language of [...COUNTED_LANGUAGES, OTHER]) {
          predictions.inc({ label, language }, 0);
        }
      }
    },
    onPrediction(record: PredictionRecord): void {
      const { label, language } = record;
      predictions.inc({ label, language: countedLanguage(language) });
      score.observe({ label }, record.score);
      observeText(record);
    },
    onRejected: (reason: RejectionReason) => rejected.inc({ reason }),
    onFeedback: feedback.onFeedback,
  };
}

type Feedback = Pick<FeedbackRecord, 'commit' | 'predicted' | 'actual'>;

/** What clients reported of predictions. */
function createFeedbackMetrics(registry: Registry) {
  const registers = [registry];
  const feedback = new Counter({
    name: 'classifier_feedback_total',
    help: 'Predictions whose right label a client reported, by predicted and actual label.',
    labelNames: ['predicted', 'actual'] as const,
    registers,
  });
  // Any replica receives feedback on a prediction of another one, which may serve another version.
  const versionFeedback = new Counter({
    name: 'classifier_version_feedback_total',
    help: 'Predictions whose right label a client reported, by the version that predicted (first digits of its commit).',
    labelNames: ['predicted_by', 'result'] as const,
    registers,
  });
  return {
    /** The series of a model's labels begin at 0. */
    onServing(commit: string, labels: readonly string[]): void {
      for (const result of ['right', 'wrong']) {
        versionFeedback.inc({ predicted_by: shortCommit(commit), result }, 0);
      }
      for (const predicted of labels) {
        for (const actual of labels) {
          feedback.inc({ predicted, actual }, 0);
        }
      }
    },
    onFeedback({ commit, predicted, actual }: Feedback): void {
      feedback.inc({ predicted, actual });
      const result = predicted === actual ? 'right' : 'wrong';
      versionFeedback.inc({ predicted_by: shortCommit(commit), result });
    },
  };
}

/** What the model received of a text. */
function createTextMetrics(registry: Registry) {
  const registers = [registry];
  const tokens = new Histogram({
    name: 'classifier_input_tokens',
    help: 'Tokens of a text as the model received it, special ones included.',
    buckets: [4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512],
    registers,
  });
  const unknownRatio = new Histogram({
    name: 'classifier_unknown_token_ratio',
    help: 'Share of a text’s tokens that are not in the model’s vocabulary.',
    buckets: [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
    registers,
  });
  const truncated = new Counter({
    name: 'classifier_truncated_total',
    help: 'Predictions made from a text that was cut to the model’s window.',
    registers,
  });
  return (record: PredictionRecord): void => {
    tokens.observe(record.tokens);
    unknownRatio.observe(record.unknownRatio);
    if (record.truncated) {
      truncated.inc();
    }
  };
}
