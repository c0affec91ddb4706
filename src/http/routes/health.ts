/** `GET /healthz`: the process is alive. `GET /readyz`: it can predict. */
import type { Liveness, Readiness } from '../../api/health.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { Manager } from '../../serving/manager.ts';
import { assertReady } from '../../serving/readiness.ts';
import type { Resource } from '../resource.ts';

export function liveness(): Resource {
  return {
    operation: OPERATIONS.liveness,
    handlers: [(_req, res) => void res.json({ status: 'ok' } satisfies Liveness)],
  };
}

export function readiness(manager: Manager): Resource {
  return {
    operation: OPERATIONS.readiness,
    handlers: [
      (_req, res) => {
        const { name, commit } = assertReady(manager);
        res.json({ status: 'ready', model: { name, commit } } satisfies Readiness);
      },
    ],
  };
}
