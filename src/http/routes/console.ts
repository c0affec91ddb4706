/** `GET /`: the console, one page, and what it shows. */
import {
  type ConsoleData,
  type ConsoleTexts,
  FLEET_RANGES,
  type FleetHistory,
} from '../../api/console.ts';
import { OPERATIONS } from '../../api/operations.ts';
import { findingsOf } from '../../console/findings/findings.ts';
import type { Fleet } from '../../console/fleet/fleet.ts';
import type { Manager } from '../../serving/manager.ts';
import type { ModelControl } from '../../serving/model-control.ts';
import { ProblemError } from '../../serving/problem.ts';
import type { StoredVersion } from '../../serving/stored-versions.ts';
import type { Overview, Telemetry } from '../../telemetry/telemetry.ts';
import { pace } from '../middleware/pacing.ts';
import { sendShared, sharedBody } from '../middleware/shared-bytes.ts';
import type { Resource } from '../resource.ts';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface PageOptions {
  /** By name; `index.html` and `history.html` are the pages. */
  readonly page: ReadonlyMap<string, PageFile>;
}

export interface ConsoleOptions extends PageOptions {
  readonly manager: Manager;
  /** What all processes that share the port have seen, and how busy they are. */
  readonly overview: () => Promise<Overview>;
  readonly readTexts: Telemetry['readTexts'];
  /** All replicas together. */
  readonly fleet: Fleet;
  /** Commands that the page offers name it. */
  readonly logFile: string | undefined;
  readonly baselines: string | undefined;
  readonly control: Pick<ModelControl, 'shadow' | 'previous'>;
  /** The versions that a reader could compare. */
  readonly versions: () => readonly StoredVersion[];
  /** Those who may change the model; none: there is no `/admin`. */
  readonly adminToken: { readonly length: number };
  /** Whether `/admin` is on a port of its own. */
  readonly hasAdminPort: boolean;
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

export function consolePage(options: PageOptions): Resource[] {
  return [
    { operation: OPERATIONS.consolePage, handlers: [send(options, 'index.html')] },
    ...historyPage(options),
  ];
}

/** The page that shows the description of the interface. */
export function docsPage(options: PageOptions): Resource {
  return { operation: OPERATIONS.docs, handlers: [send(options, 'docs.html')] };
}

/** The page of the history, and the files of all pages. */
export function historyPage(options: PageOptions): Resource[] {
  return [
    { operation: OPERATIONS.historyPage, handlers: [send(options, 'history.html')] },
    { operation: OPERATIONS.consoleFile, handlers: [send(options)] },
  ];
}

/** @param name of a file; without one, the path of the request has it. */
function send({ page }: PageOptions, name?: string): Resource['handlers'][number] {
  return (req, res) => {
    const file = page.get(name ?? String(req.params.file));
    if (!file) {
      throw new ProblemError('not-found', `There is no ${req.path} here`);
    }
    res.set(SECURITY_HEADERS).set('content-type', file.type).send(file.bytes);
  };
}

export function consoleData(options: ConsoleOptions): Resource {
  const { manager, overview, fleet, logFile, baselines } = options;
  const compute = async (): Promise<string> => {
    const current = manager.state();
    const model = current.status === 'ready' ? current.model : undefined;
    const { stats, ...history } = await overview();
    const facts = {
      status: current.status,
      model: model && { name: model.name, commit: model.commit, tag: model.tag },
      ...modelsOf(options),
      labels: model?.classifier.labels ?? [],
      queue: { length: stats.queueLength, capacity: stats.queueCapacity },
      workers: stats.workers,
      fleet: fleet.status(),
      ...history,
    };
    const findings = findingsOf({ ...facts, logFile, baselines });
    return JSON.stringify({ ...facts, findings } satisfies ConsoleData);
  };
  const body = sharedBody('application/json; charset=utf-8', compute);
  return {
    operation: OPERATIONS.consoleData,
    handlers: [doNotStore, ...sendShared(() => body)],
  };
}

/** The newest texts of some bins of a feature: `?feature=language&bin=de&bin=fr`. */
export function consoleTexts({ readTexts }: Pick<ConsoleOptions, 'readTexts'>): Resource {
  return {
    operation: OPERATIONS.consoleTexts,
    handlers: [
      doNotStore,
      pace(),
      async (req, res) => {
        const query = new URL(req.originalUrl, 'http://localhost').searchParams;
        const predictions = await readTexts(query.get('feature') ?? '', query.getAll('bin'));
        res.json({ predictions } satisfies ConsoleTexts);
      },
    ],
  };
}

/** The history of all replicas: `?range=24h`. */
export function consoleFleet({ fleet }: Pick<ConsoleOptions, 'fleet'>): Resource {
  return {
    operation: OPERATIONS.consoleFleet,
    handlers: [
      doNotStore,
      pace(),
      async (req, res) => {
        const wanted = req.query.range ?? FLEET_RANGES[0];
        const range = FLEET_RANGES.find((each) => each === wanted);
        if (!range) {
          const detail = `range: expected one of ${FLEET_RANGES.join(', ')}`;
          throw new ProblemError('not-found', detail);
        }
        res.json((await fleet.history(range)) satisfies FleetHistory);
      },
    ],
  };
}

const doNotStore: Resource['handlers'][number] = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
  next();
};

function modelsOf({
  control,
  versions,
  adminToken,
  hasAdminPort,
}: ConsoleOptions): Pick<ConsoleData, 'candidate' | 'previous' | 'versions' | 'admin'> {
  const shadow = control.shadow();
  const previous = control.previous();
  return {
    candidate: shadow && {
      ...{ name: shadow.model.name, commit: shadow.model.commit, tag: shadow.model.tag },
      ...{ share: shadow.share, since: shadow.since },
    },
    previous: previous && { commit: previous.commit, loaded: previous.model !== undefined },
    versions: versions().map(({ date: _, ...version }) => version),
    admin: adminToken.length === 0 ? 'off' : hasAdminPort ? 'other-port' : 'here',
  };
}
