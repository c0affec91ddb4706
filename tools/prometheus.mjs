// The shipped configuration of Prometheus with other addresses: for tests, drills and the demo.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, launch, poll, ROOT } from './launch.mjs';

/** A busy machine starts it late. */
const READY_TIMEOUT_MS = 180_000;

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

/**
 * Starts a Prometheus with the shipped rules that scrapes one server, without Alertmanager.
 *
 * @param folder where its configuration and its data are kept.
 * @returns its address, once it is ready.
 */
export async function launchPrometheus(serverPort, folder) {
  const address = `127.0.0.1:${await freePort()}`;
  const config = prometheusConfig({ targets: [`127.0.0.1:${serverPort}`], address });
  writeFileSync(join(folder, 'prometheus.yml'), config.replace(/alerting:\n[\s\S]*?\n\n/, ''));
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
  ];
  launch('prometheus', args, { stdio: 'ignore' });
  const isReady = () =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await poll(isReady, { timeoutMs: READY_TIMEOUT_MS }))) {
    throw new Error(`Prometheus at ${address} is not ready`);
  }
  return `http://${address}`;
}
