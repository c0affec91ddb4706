/** Alarms of the service itself as findings. */
import type { ServiceAlarm } from '../../api/console.ts';
import type { Finding } from '../../api/finding.ts';
import { formatCount } from '../../terminal/numbers.ts';
import { counted, percent } from '../../terminal/quantities.ts';
import { runbookStep } from './next-steps.ts';

export function serviceFindings(alarms: readonly ServiceAlarm[]): Finding[] {
  return alarms.map((alarm) => ({
    severity: alarm.severity === 'page' ? 'act' : 'look',
    kind: alarm.kind,
    text: textOf(alarm),
    steps: [runbookStep(alarm.alert)],
  }));
}

function textOf(alarm: ServiceAlarm): string {
  switch (alarm.kind) {
    case 'no_worker':
      return 'No worker is running: nothing is predicted.';
    case 'failed_requests':
      return `${shareOf(alarm)} failed with a server error.`;
    case 'refused_requests':
      return `${shareOf(alarm)} were turned away (429): more arrives than the workers can do.`;
    case 'queue_nearly_full': {
      const waiting = `${formatCount(alarm.length)} of ${counted(alarm.capacity, 'text')} wait`;
      return `The queue is nearly full: ${waiting}.`;
    }
    case 'slow_answers':
      return `Answers are slow: ${percent(alarm.share)} of the last minute took longer than 250 ms.`;
  }
}

function shareOf({
  count,
  requests,
}: {
  readonly count: number;
  readonly requests: number;
}): string {
  return `${formatCount(count)} of ${counted(requests, 'request')} of the last minute`;
}
