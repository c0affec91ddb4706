/** `GET /healthz`: the process is alive. `GET /readyz`: it can predict. */
import type { Liveness, Readiness } from '../../api/health.ts';
import type { Manager } from '../../serving/manager.ts';
import { assertReady } from '../../serving/readiness.ts';
import { LIVENESS_PATH, READINESS_PATH } from '../monitoring-paths.ts';
import type { Resource } from '../resource.ts';

export function liveness(): Resource {
  return {
    method: 'get',
    path: LIVENESS_PATH,
    statuses: [200],
    handlers: [(_req, res) => void res.json({ status: 'ok' } satisfies Liveness)],
  };
}

export function readiness(manager: Manager): Resource {
  return {
    method: 'get',
    path: READINESS_PATH,
    statuses: [200, 503],
    handlers: [
      (_req, res) => {
        const { name, commit } = assertReady(manager);
        res.json({ status: 'ready', model: { name, commit } } satisfies Readiness);
      },
    ],
  };
}
