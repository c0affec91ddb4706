/** `GET /`: the console, one page, and what it shows. */
import type { ConsoleData } from '../../api/console.ts';
import type { Manager } from '../../serving/manager.ts';
import type { Overview } from '../../telemetry/telemetry.ts';
import { sendShared } from '../middleware/shared-bytes.ts';
import { ProblemError } from '../problems.ts';
import type { Resource } from '../resource.ts';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface ConsoleOptions {
  readonly manager: Manager;
  /** By name; `index.html` is the page. */
  readonly page: ReadonlyMap<string, PageFile>;
  /** What all processes that share the port have seen, and how busy they are. */
  readonly overview: () => Promise<Overview>;
}

/** The page needs nothing from elsewhere, and may not be framed. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export function consolePage({ page }: ConsoleOptions): Resource[] {
  const send = (name: string): Resource['handlers'][number] => {
    return (req, res) => {
      const file = page.get(name || String(req.params.file));
      if (!file) {
        throw new ProblemError('not-found', `There is no ${req.path} here`);
      }
      res.set(SECURITY_HEADERS).set('content-type', file.type).send(file.bytes);
    };
  };
  return [
    { method: 'get', path: '/', statuses: [200], handlers: [send('index.html')] },
    { method: 'get', path: '/console/:file', statuses: [200, 404], handlers: [send('')] },
  ];
}

export function consoleData({ manager, overview }: ConsoleOptions): Resource {
  const compute = async (): Promise<string> => {
    const current = manager.state();
    const model = current.status === 'ready' ? current.model : undefined;
    const { stats, ...history } = await overview();
    return JSON.stringify({
      status: current.status,
      model: model && { name: model.name, commit: model.commit, tag: model.tag },
      labels: model?.classifier.labels ?? [],
      queue: { length: stats.queueLength, capacity: stats.queueCapacity },
      workers: stats.workers,
      ...history,
    } satisfies ConsoleData);
  };
  return {
    method: 'get',
    path: '/console/data',
    statuses: [200, 500],
    handlers: [
      (_req, res, next) => {
        res.setHeader('cache-control', 'no-store');
        next();
      },
      ...sendShared('application/json; charset=utf-8', compute),
    ],
  };
}
