/** The agreement of a candidate over time. */
import { expect, test } from 'vitest';
import type { ConsoleData } from '../../src/api/console.ts';
import { agreementPlot } from '../../src/console/browser/agreement.ts';

const NOW = 1000;
const step = (at: number, compared: ConsoleData['steps'][number]['compared']) => ({
  ...{ at, answered: 0, refused: 0, failed: 0, labels: {}, languages: {}, compared },
});
const plotOf = (...steps: ConsoleData['steps']) =>
  agreementPlot({
    ...{ now: NOW, stepSeconds: 5, steps, lasting: { windowSeconds: 300 } },
    ...{ drift: { known: ['en'], alarms: [] }, fleet: { status: 'off' } },
  } as unknown as ConsoleData);

test('each point is the share of the last minute, over all and by language', () => {
  const { series, times, columns } = plotOf(
    step(900, { en: { texts: 30, agreed: 30 } }),
    step(930, { en: { texts: 10, agreed: 8 }, de: { texts: 20, agreed: 5 } }),
  );
  expect(series.map(({ name }) => name)).toEqual(['all texts', 'English', 'German']);
  const at = (second: number) => columns.map((column) => column[times.indexOf(second)]);
  expect(at(895)).toEqual([null, null, null]);
  expect(at(900)).toEqual([1, 1, null]);
  expect(at(930)).toEqual([43 / 60, 38 / 40, 5 / 20]);
  // The first step is more than a minute ago.
  expect(at(960)).toEqual([13 / 30, 8 / 10, 5 / 20]);
  expect(at(990)).toEqual([null, null, null]);
});

test('languages with few texts are part of all texts only', () => {
  const { series, now } = plotOf(
    step(985, { en: { texts: 20, agreed: 10 }, fr: { texts: 19, agreed: 0 } }),
  );
  expect(series.map(({ name }) => name)).toEqual(['all texts', 'English']);
  expect(now).toEqual(['26\u00a0%', '50\u00a0%']);
});
