/** `/admin`: what serves, what is a candidate, and how both are changed. */
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import {
  type AdminStatus,
  type AdminVersion,
  type ChangeResponse,
  type ShadowStatus,
  shadowRequestSchema,
  swapRequestSchema,
} from '../../api/admin.ts';
import { OPERATIONS } from '../../api/operations.ts';
import { describeVerdict } from '../../comparison/describe-verdict.ts';
import { judge } from '../../comparison/verdict.ts';
import type { BodyBudget } from '../../network/body-budget.ts';
import type { Manager } from '../../serving/manager.ts';
import type { ChangeAuthor, ChangeOutcome, ModelChange } from '../../serving/model-change.ts';
import type { ModelControl } from '../../serving/model-control.ts';
import { ProblemError } from '../../serving/problem.ts';
import type { ServedModel } from '../../serving/served-model.ts';
import type { ShadowReport } from '../../serving/shadow.ts';
import { parseJsonBody, readJson } from '../middleware/json-body.ts';
import { contextOf } from '../middleware/request-context.ts';
import type { Resource } from '../resource.ts';

const MAX_BODY_BYTES = 16 * 1024;

export interface AdminOptions {
  readonly manager: Manager;
  readonly control: Pick<ModelControl, 'shadow' | 'previous'>;
  readonly bodyBudget: BodyBudget;
  /** Makes a change in all processes. @throws ChangeError. */
  readonly change: (change: ModelChange, author: ChangeAuthor) => Promise<ChangeOutcome>;
  /** What all processes know of the candidate; undefined where there is none. */
  readonly readShadow: () => Promise<ShadowReport | undefined>;
}

export function admin(options: AdminOptions): Resource[] {
  const { manager, control, bodyBudget } = options;
  const read = readJson({ limit: MAX_BODY_BYTES, budget: bodyBudget });
  const make =
    (toChange: (req: Request) => ModelChange): RequestHandler =>
    async (req, res) => {
      const { requestId, client } = contextOf(res);
      // Until its next request: a version may take longer to load than a connection may have no traffic.
      req.socket.setTimeout(0);
      send(res, await options.change(toChange(req), { by: client?.name ?? '', requestId }));
    };
  const status: RequestHandler = (_req, res) => {
    res.json(statusOf(manager, control) satisfies AdminStatus);
  };
  return [
    { operation: OPERATIONS.adminStatus, handlers: [status] },
    {
      operation: OPERATIONS.swap,
      handlers: [read, make((req) => ({ type: 'swap', ...parse(req, swapRequestSchema) }))],
    },
    {
      operation: OPERATIONS.shadowStatus,
      handlers: [async (_req, res) => void res.json(await shadowStatus(options))],
    },
    {
      operation: OPERATIONS.startShadow,
      handlers: [read, make((req) => ({ type: 'shadow', ...parse(req, shadowRequestSchema) }))],
    },
    {
      operation: OPERATIONS.endShadow,
      handlers: [make(() => ({ type: 'end-shadow' }))],
    },
    {
      operation: OPERATIONS.promote,
      handlers: [make(() => ({ type: 'promote' }))],
    },
    {
      operation: OPERATIONS.rollback,
      handlers: [make(() => ({ type: 'rollback' }))],
    },
  ];
}

/** @throws ProblemError `invalid-body`, naming the field. */
function parse<T>(req: Request, schema: z.ZodType<T>): T {
  return parseJsonBody(req, (body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      const { path = [], message = '' } = parsed.error.issues[0] ?? {};
      const where = path.length > 0 ? `${path.join('.')}: ` : '';
      throw new ProblemError('invalid-body', `${where}${message}`);
    }
    return parsed.data;
  });
}

function send(res: Response, { type, from, to, isChanged, warnings }: ChangeOutcome): void {
  res.json({
    type,
    from: from ?? null,
    to: to ?? null,
    changed: isChanged,
    warnings,
  } satisfies ChangeResponse);
}

function statusOf(manager: Manager, control: AdminOptions['control']): AdminStatus {
  const model = manager.model();
  const shadow = control.shadow();
  const previous = control.previous();
  return {
    model: model ? versionOf(model) : null,
    candidate: shadow
      ? { ...versionOf(shadow.model), share: shadow.share, since: shadow.since }
      : null,
    previous: previous ? { commit: previous.commit, loaded: previous.model !== undefined } : null,
  };
}

async function shadowStatus({ manager, control, readShadow }: AdminOptions): Promise<ShadowStatus> {
  const primary = manager.readyModel();
  const shadow = control.shadow();
  const report = await readShadow();
  if (!shadow || !report) {
    throw new ProblemError('no-candidate', 'No candidate is loaded: PUT /admin/shadow loads one');
  }
  const { comparison, ...others } = report;
  const verdict = judge(comparison);
  const names = { primary: nameOf(primary), candidate: nameOf(shadow.model) };
  return {
    primary: versionOf(primary),
    candidate: versionOf(shadow.model),
    share: shadow.share,
    since: shadow.since,
    summary: describeVerdict(verdict, names),
    verdict,
    ...others,
  };
}

function versionOf({ name, commit, tag, loadedAt }: ServedModel): AdminVersion {
  return { name, commit, tag, loadedAt };
}

function nameOf({ tag, commit }: ServedModel): string {
  return tag ?? commit.slice(0, 8);
}
