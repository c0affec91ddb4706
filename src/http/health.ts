/** `GET /healthz`: the process is alive. `GET /readyz`: it can predict. */
import { type ModelState, readyModel } from './model-state.ts';
import type { Resource } from './routes.ts';

export function liveness(): Resource {
  return {
    method: 'get',
    path: '/healthz',
    statuses: [200],
    handlers: [(_req, res) => void res.json({ status: 'ok' })],
  };
}

export function readiness(state: () => ModelState): Resource {
  return {
    method: 'get',
    path: '/readyz',
    statuses: [200, 503],
    handlers: [
      (_req, res) => {
        const { name, commit } = readyModel(state());
        res.json({ status: 'ready', model: { name, commit } });
      },
    ],
  };
}
