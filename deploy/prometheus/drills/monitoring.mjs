// Drills of alerts-monitoring.yml.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from './service.mjs';

const BROKEN_RULES = `groups:
  - name: broken
    rules:
      # Many to many: both sides have several series without these labels.
      - record: job:broken:ratio
        expr: http_requests_total / on (job) http_requests_total
`;

export const MONITORING_DRILLS = [
  {
    alert: 'Watchdog',
    severity: 'none',
    setUp: async () => undefined,
    cause: start,
    repair: undefined,
  },
  {
    alert: 'PrometheusRuleFailures',
    severity: 'ticket',
    cause: ({ folder, prometheus }) => {
      writeFileSync(join(folder, 'deploy/prometheus/broken.yml'), BROKEN_RULES);
      prometheus.child.kill('SIGHUP');
    },
    repair: ({ folder, prometheus }) => {
      rmSync(join(folder, 'deploy/prometheus/broken.yml'));
      prometheus.child.kill('SIGHUP');
    },
  },
  {
    alert: 'PrometheusAlertmanagerUnreachable',
    severity: 'page',
    // It can't be sent: seen on the page of Prometheus.
    isSent: false,
    cause: async ({ alertmanager }) => void (await alertmanager.stop()),
    repair: (stage) => stage.startAlertmanager(),
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    severity: 'page',
    isSent: false,
    cause: ({ receiver }) => {
      receiver.isBroken = true;
    },
    repair: ({ receiver }) => {
      receiver.isBroken = false;
    },
  },
].map((drill) => ({ setUp: start, ...drill }));
