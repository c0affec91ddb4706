/** The server's metrics in Prometheus' text format → what they contain about drift. */
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
  /** Of 0 texts where the version has no reference; the true number is not exposed. */
  readonly profile: Profile;
  /** Of 0 texts where the version has no baseline; its bins are those of the profile. */
  readonly normal: Profile;
  readonly counts: Counts;
  /** When the process started, seconds since 1970. */
  readonly startedAt: number | undefined;
}

/** Sticky: searched for, a string without an end would be read again from each of its characters. */
const LABEL = /[\s,]*([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/gy;
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

interface Bin {
  count: number;
  ratio: number;
  normal: number;
}

/** Reads the metrics of a server of this project; the order of the bins is that of the profile. */
export function readExposition(text: string): Exposition {
  const bins = new Map<string, Map<string, Bin>>();
  const binOf = ({ feature = '', bin: name = '' }: Sample['labels']): Bin => {
    const binsOfFeature = bins.get(feature) ?? new Map<string, Bin>();
    const bin = binsOfFeature.get(name) ?? { count: 0, ratio: 0, normal: 0 };
    bins.set(feature, binsOfFeature.set(name, bin));
    return bin;
  };
  let model: Exposition['model'];
  let startedAt: number | undefined;
  let hasReference = false;
  let hasNormal = false;
  for (const { name, labels, value } of samplesOf(text)) {
    if (name === 'classifier_observations_total') {
      binOf(labels).count = value;
    } else if (name === 'classifier_reference_ratio') {
      binOf(labels).ratio = value;
      hasReference = true;
    } else if (name === 'classifier_normal_ratio') {
      binOf(labels).normal = value;
      hasNormal = true;
    } else if (name === 'classifier_model_info') {
      const { name: modelName = '', commit = '', version } = labels;
      model = { name: modelName, commit, tag: version || undefined };
    } else if (name === 'process_start_time_seconds') {
      startedAt = value;
    }
  }
  const features = [...bins];
  return {
    model,
    profile: profileOf(bins, hasReference, ({ ratio }) => ratio),
    normal: profileOf(bins, hasNormal, ({ normal }) => normal),
    counts: Object.fromEntries(
      features.map(([feature, binsOfFeature]) => [
        feature,
        [...binsOfFeature.values()].map(({ count }) => count),
      ]),
    ),
    startedAt,
  };
}

function profileOf(
  features: ReadonlyMap<string, ReadonlyMap<string, Bin>>,
  isMeasured: boolean,
  ratioOf: (bin: Bin) => number,
): Profile {
  return {
    texts: isMeasured ? 1 : 0,
    features: Object.fromEntries(
      [...features].map(([feature, bins]) => [feature, distributionOf(bins, ratioOf)]),
    ),
  };
}

/** Names that are all numbers are upper bounds. */
function distributionOf(
  bins: ReadonlyMap<string, Bin>,
  ratioOf: (bin: Bin) => number,
): Distribution {
  const names = [...bins.keys()];
  const ratios = [...bins.values()].map(ratioOf);
  const bounds = names.map(Number);
  return bounds.every(Number.isFinite)
    ? { upper_bounds: bounds, ratios }
    : { categories: names, ratios };
}
