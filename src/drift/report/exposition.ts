/** Prometheus text → what it says of drift. */
import type { Counts, Distribution, Profile } from '../profile.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  /** Undefined where no model is loaded. */
  readonly model:
    | { readonly name: string; readonly commit: string; readonly tag: string | undefined }
    | undefined;
  /** Of no text where the version has no reference; how many texts it is of is not exposed. */
  readonly profile: Profile;
  readonly counts: Counts;
  /** When the process began, seconds since 1970. */
  readonly startedAt: number | undefined;
}

const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)/;

/** Source: Prometheus, Exposition formats, text format 0.0.4. Comments and blank lines are skipped. */
export function* samplesOf(text: string): Generator<Sample> {
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name !== undefined) {
      const pairs = [...labels.matchAll(LABEL)].map(([, key, quoted]) => [
        key,
        (quoted as string).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
      ]);
      yield { name, labels: Object.fromEntries(pairs), value: Number(value) };
    }
  }
}

/** What a server of this project exposes; bins come in the order of the profile. */
export function readExposition(text: string): Exposition {
  const bins = new Map<string, Map<string, { count: number; ratio: number }>>();
  const binOf = ({ feature = '', bin = '' }: Sample['labels']) => {
    const feature_ = bins.get(feature) ?? new Map<string, { count: number; ratio: number }>();
    const found = feature_.get(bin) ?? { count: 0, ratio: 0 };
    bins.set(feature, feature_.set(bin, found));
    return found;
  };
  let model: Exposition['model'];
  let startedAt: number | undefined;
  let hasReference = false;
  for (const { name, labels, value } of samplesOf(text)) {
    if (name === 'classifier_observations_total') {
      binOf(labels).count = value;
    } else if (name === 'classifier_reference_ratio') {
      binOf(labels).ratio = value;
      hasReference = true;
    } else if (name === 'classifier_model_info') {
      const { name: modelName = '', commit = '', version } = labels;
      model = { name: modelName, commit, tag: version || undefined };
    } else if (name === 'process_start_time_seconds') {
      startedAt = value;
    }
  }
  const entries = [...bins].map(([feature, of]) => ({
    feature,
    distribution: distributionOf(
      [...of.keys()],
      [...of.values()].map(({ ratio }) => ratio),
    ),
    counts: [...of.values()].map(({ count }) => count),
  }));
  return {
    model,
    profile: {
      texts: hasReference ? 1 : 0,
      features: Object.fromEntries(
        entries.map(({ feature, distribution }) => [feature, distribution]),
      ),
    },
    counts: Object.fromEntries(entries.map(({ feature, counts }) => [feature, counts])),
    startedAt,
  };
}

/** Names that are all numbers are upper bounds. */
function distributionOf(names: readonly string[], ratios: readonly number[]): Distribution {
  const bounds = names.map(Number);
  return bounds.every(Number.isFinite)
    ? { upper_bounds: bounds, ratios }
    : { categories: names, ratios };
}
