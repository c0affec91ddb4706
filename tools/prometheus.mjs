// The shipped configuration of Prometheus with other addresses: for tests, drills and the demo.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './launch.mjs';

/**
 * @param targets `host:port` of each replica of the server.
 * @param address `host:port` of the Prometheus itself.
 * @param alertmanager `host:port`; without it, the shipped address, where nothing listens.
 * @returns the content of a `prometheus.yml`.
 */
export function prometheusConfig({ targets, address, alertmanager = 'alertmanager:9093' }) {
  const replicas = /( +)dns_sd_configs:\n(?:\1 +\S.*\n)+/;
  const shipped = readFileSync(join(ROOT, 'prometheus.yml'), 'utf8');
  if (!replicas.test(shipped)) {
    throw new Error('prometheus.yml has no dns_sd_configs');
  }
  return shipped
    .replace(replicas, `$1static_configs:\n$1  - targets: [${targets.join(', ')}]\n`)
    .replace('localhost:9090', address)
    .replaceAll('alertmanager:9093', alertmanager);
}
