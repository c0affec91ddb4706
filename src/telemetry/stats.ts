import type { ClassifierStats } from '../inference/classifier.ts';

/** While no model is loaded. */
export const NO_STATS: ClassifierStats = {
  queueLength: 0,
  queueCapacity: 0,
  workers: { starting: 0, idle: 0, busy: 0 },
};

/** The queues and workers of two processes together. */
export function addStats(a: ClassifierStats, b: ClassifierStats): ClassifierStats {
  return {
    queueLength: a.queueLength + b.queueLength,
    queueCapacity: a.queueCapacity + b.queueCapacity,
    workers: {
      starting: a.workers.starting + b.workers.starting,
      idle: a.workers.idle + b.workers.idle,
      busy: a.workers.busy + b.workers.busy,
    },
  };
}
