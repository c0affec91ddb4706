/**
 * The agent that git-lfs starts to transfer objects to a remote that it does not know itself. It speaks JSON, one
 * object a line, on standard input and output. Source: git-lfs, docs/custom-transfers.md.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { ModelError } from '../../version/errors.ts';
import { checkJson, parseJson } from '../../version/json.ts';
import type { Store } from '../../version/stores/store.ts';
import { downloadObject, uploadObject, writableRemote } from './transfer.ts';

const transfer = {
  oid: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().min(0),
};
const requestSchema = z.discriminatedUnion(
  'event',
  [
    z.object({
      event: z.literal('init'),
      operation: z.enum(['upload', 'download']),
      remote: z.string().min(1),
    }),
    z.object({ event: z.literal('upload'), ...transfer, path: z.string().min(1) }),
    z.object({ event: z.literal('download'), ...transfer }),
    z.object({ event: z.literal('terminate') }),
  ],
  'expected init, upload, download or terminate',
);
type Request = z.infer<typeof requestSchema>;

/** git-lfs only shows the message. */
const ERROR_CODE = 1;

export interface AgentOptions {
  readonly input: Readable;
  readonly write: (line: string) => void;
  /** Opens the remote for a git remote, as git-lfs names it. */
  readonly openRemote: (gitRemote: string) => Promise<Store>;
  /** Where downloaded objects are put until git-lfs moves them away. */
  readonly folder: string;
}

/** Answers requests until git-lfs ends the session. A transfer that fails is answered with its reason. */
export async function runAgent({ input, write, openRemote, folder }: AgentOptions): Promise<void> {
  let remote: Store | undefined;
  const send = (message: object): void => write(`${JSON.stringify(message)}\n`);
  for await (const line of createInterface({ input })) {
    const request = parseRequest(line);
    if (request.event === 'terminate') {
      return;
    }
    if (request.event === 'init') {
      const result = await attempt(async () => {
        remote = await openRemote(request.remote);
        if (request.operation === 'upload') {
          writableRemote(remote);
        }
        return {};
      });
      send(result);
    } else {
      const { oid } = request;
      send({
        ...{ event: 'complete', oid },
        ...(await transferObject(remote, request, { folder, send })),
      });
    }
  }
}

/** @throws ModelError `tool-failed` for a line that is no request. */
function parseRequest(line: string): Request {
  const origin = 'a request of git-lfs';
  return checkJson(requestSchema, parseJson(line, origin, 'tool-failed'), origin, 'tool-failed');
}

function transferObject(
  remote: Store | undefined,
  request: Extract<Request, { event: 'upload' | 'download' }>,
  { folder, send }: { readonly folder: string; readonly send: (message: object) => void },
): Promise<object> {
  return attempt(async () => {
    const { event, oid } = request;
    if (!remote) {
      throw new ModelError('tool-failed', 'no remote is open: expected init before, without error');
    }
    let bytesSoFar = 0;
    const onBytes = (bytesSinceLast: number): void => {
      bytesSoFar += bytesSinceLast;
      send({ event: 'progress', oid, bytesSoFar, bytesSinceLast });
    };
    if (event === 'upload') {
      await uploadObject(writableRemote(remote), request, request.path);
      onBytes(request.size);
      return {};
    }
    const path = join(folder, oid);
    await downloadObject(remote, request, path, onBytes);
    return { path };
  });
}

/** What the work returns, or its failure as git-lfs expects it. */
async function attempt(work: () => Promise<object>): Promise<object> {
  try {
    return await work();
  } catch (error) {
    return { error: { code: ERROR_CODE, message: (error as Error).message } };
  }
}
