import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinnedJson } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { haveTweets, readTweets } from '../support/tweets.ts';

interface Metrics {
  primary: string;
  datasets: Record<string, { rows: number; int8: { macro_recall: number } }>;
}

const LABELS = ['negative', 'neutral', 'positive'];

describe.skipIf(!haveTweets)(
  'scores through HTTP are those that the version was released with',
  () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server.stop());

    const { datasets } = pinnedJson<Metrics>('metrics.json');
    test.each(Object.entries(datasets))('on %s', async (split, { rows, int8 }) => {
      const tweets = readTweets(split);
      expect(tweets).toHaveLength(rows);
      const predicted: string[] = [];
      for (let start = 0; start < tweets.length; start += 64) {
        const inputs = tweets.slice(start, start + 64).map(({ text }) => text);
        predicted.push(...((await (await server.predict(inputs)).json()) as string[]));
      }
      const recalls = LABELS.map((label) => {
        const own = tweets.flatMap((tweet, at) => (tweet.label === label ? [predicted[at]] : []));
        return own.filter((guess) => guess === label).length / own.length;
      });
      const macroRecall = recalls.reduce((a, b) => a + b) / recalls.length;
      console.log(
        `${split}: macro recall ${macroRecall.toFixed(4)}, released with ${int8.macro_recall}`,
      );
      // CPUs round differently: in a small set one text at the border is more than 0.3 points.
      const tolerance = Math.max(0.003, 2 / rows);
      expect(Math.abs(macroRecall - int8.macro_recall)).toBeLessThanOrEqual(tolerance);
      if (split === 'semeval-en/dev') {
        expect(macroRecall).toBeGreaterThanOrEqual(0.74);
      }
    });
  },
);
