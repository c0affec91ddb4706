/** `GET /healthz`: the process is alive. `GET /readyz`: it can predict. */
import type { Liveness, Readiness } from '../../api/health.ts';
import type { Manager } from '../../serving/manager.ts';
import { ProblemError } from '../../serving/problem.ts';
import type { Resource } from '../resource.ts';

const LIVENESS_PATH = '/healthz';
const READINESS_PATH = '/readyz';

/** True for the requests that ask how the server is: they do not wait behind others. */
export function isProbe({ url = '' }: { readonly url?: string | undefined }): boolean {
  return url === LIVENESS_PATH || url === READINESS_PATH;
}

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
        const { name, commit, classifier } = manager.readyModel();
        const { idle, busy } = classifier.stats().workers;
        if (idle + busy === 0) {
          throw new ProblemError('not-ready', 'Every worker has died and is being replaced');
        }
        res.json({ status: 'ready', model: { name, commit } } satisfies Readiness);
      },
    ],
  };
}
