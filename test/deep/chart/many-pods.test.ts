/** What the chart does where there are hundreds of pods: docs/measurements/scaling.md. */
import { expect, test } from 'vitest';
import { COMMIT, haveHelm, one, render } from './helm.ts';

test.skipIf(!haveHelm)(
  'a rollout replaces a quarter of the pods at a time, and never has fewer',
  async () => {
    const { spec } = one(await render({ modelCommit: COMMIT, replicas: 400 }), 'Deployment');
    expect(spec.strategy).toEqual({
      ...{ type: 'RollingUpdate' },
      rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' },
    });
  },
);
