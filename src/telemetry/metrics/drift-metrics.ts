import { Counter, Gauge, type Registry } from 'prom-client';
import type { Normal } from '../../drift/normal.ts';
import {
  binNames,
  createTally,
  hasReference,
  type Observation,
  type Profile,
  type Tally,
} from '../../drift/profile.ts';

/**
 * Observed predictions, the training data and the deployment's normal, in the bins of the version's profile.
 *
 * @param readNormal of the version that serves.
 */
export function createDriftMetrics(
  registry: Registry,
  readNormal: () => Promise<Normal | undefined>,
) {
  const registers = [registry];
  let profile: Profile = { texts: 0, features: {} };
  // Counted in arrays, a bin of each feature; the series are made at a scrape.
  let tally: Tally = createTally(profile);
  /** Of the versions that served before: a counter never falls. */
  const earlier = new Map<string, Map<string, number>>();
  new Counter({
    name: 'classifier_observations_total',
    help: 'Predictions by the bins of the profile of the version that made them.',
    labelNames: ['feature', 'bin'] as const,
    registers,
    collect() {
      this.reset();
      for (const [feature, bins] of earlier) {
        for (const [bin, count] of bins) {
          this.inc({ feature, bin }, count);
        }
      }
      forEachBin((feature, bin, count) => this.inc({ feature, bin }, count));
    },
  });
  const forEachBin = (onBin: (feature: string, bin: string, count: number) => void): void => {
    for (const [feature, distribution] of Object.entries(profile.features)) {
      binNames(distribution).forEach((bin, i) => {
        onBin(feature, bin, tally.counts[feature]?.[i] ?? 0);
      });
    }
  };
  const referenceRatio = new Gauge({
    name: 'classifier_reference_ratio',
    help: 'Share of the version’s training data in each bin of its profile.',
    labelNames: ['feature', 'bin'] as const,
    aggregator: 'max',
    registers,
  });
  collectNormal(registry, readNormal);
  return {
    onServing(loaded: Profile): void {
      forEachBin((feature, bin, count) => {
        const bins = earlier.get(feature) ?? new Map<string, number>();
        earlier.set(feature, bins.set(bin, (bins.get(bin) ?? 0) + count));
      });
      profile = loaded;
      tally = createTally(loaded);
      referenceRatio.reset();
      for (const [feature, distribution] of Object.entries(loaded.features)) {
        if (hasReference(loaded, feature)) {
          binNames(distribution).forEach((bin, i) => {
            referenceRatio.set({ feature, bin }, distribution.ratios[i] as number);
          });
        }
      }
    },
    onPrediction: (observation: Observation) => tally.add(observation),
  };
}

function collectNormal(registry: Registry, readNormal: () => Promise<Normal | undefined>): void {
  const gauge = (name: string, help: string, read: (bin: NormalBin) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['feature', 'bin'] as const,
      aggregator: 'max',
      registers: [registry],
      async collect() {
        const normal = await readNormal();
        this.reset();
        for (const [feature, bins] of Object.entries(normal?.features ?? {})) {
          for (const [bin, value] of Object.entries(bins)) {
            this.set({ feature, bin }, read(value));
          }
        }
      },
    });
  };
  gauge(
    'classifier_normal_ratio',
    'Share of the deployment’s normal traffic in each bin, from the baseline of the version.',
    ({ ratio }) => ratio,
  );
  gauge(
    'classifier_normal_deviation',
    'Standard deviation of that share over windows of five minutes.',
    ({ deviation }) => deviation,
  );
}

type NormalBin = Normal['features'][string][string];
