/** The progress of `predict` on a terminal. */
import type { Progress } from '../scoring/run.ts';
import { progressBar } from '../terminal/bars.ts';
import { formatCount } from '../terminal/numbers.ts';
import { formatMinutes } from '../terminal/time.ts';
import { stderrStatusLine } from './output.ts';

const BAR_CELLS = 20;

/** A bar, the rate and the time left; where the size of the input is not known, the rows. */
export function showScoringProgress(now = () => performance.now()): {
  readonly show: (progress: Progress) => void;
  clear(): void;
} {
  const line = stderrStatusLine();
  let first: { readonly at: number; readonly progress: Progress } | undefined;
  return {
    show: (progress) => {
      const at = now();
      first ??= { at, progress };
      const before = first;
      line.draw(() => formatProgress(progress, before.progress, (at - before.at) / 1000));
    },
    clear: line.clear,
  };
}

/** @param seconds since the progress was `before`: an interrupted run has done a part already. */
export function formatProgress(progress: Progress, before: Progress, seconds: number): string {
  const { rows, share } = progress;
  const rate = seconds > 0 ? (rows - before.rows) / seconds : 0;
  const counted = `${formatCount(rows)} rows${rate > 0 ? `, ${formatCount(Math.round(rate))}/s` : ''}`;
  if (share === undefined) {
    return counted;
  }
  const done = share - (before.share ?? 0);
  const left = done > 0 ? `, ${formatMinutes((seconds * 1000 * (1 - share)) / done)} left` : '';
  return `${progressBar(share, BAR_CELLS)} ${Math.floor(share * 100)} %  ${counted}${left}`;
}
