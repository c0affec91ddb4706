/** `GET /model` and `GET /model/files/<path>`: what is served, and what it was made from. */
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { type ModelCard, modelCardSchema } from '../../api/model.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { Manager } from '../../serving/manager.ts';
import { ProblemError } from '../../serving/problem.ts';
import { limitConcurrency } from '../middleware/limit-concurrency.ts';
import type { Resource } from '../resource.ts';

/** A browser must run nothing of a version: markup is sent as plain text. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.onnx': 'application/octet-stream',
};

/** All else of the model stays in the server. */
const CARD_FIELDS = modelCardSchema.keyof().options;

/** Each reads from the disk and computes digests for as long as its client reads. */
const MAX_DOWNLOADS = 8;

export function modelCard(manager: Manager): Resource {
  return {
    operation: OPERATIONS.model,
    handlers: [
      (_req, res) => {
        const model = manager.acceptingModel();
        const card: ModelCard = { ...model, labels: model.classifier.labels };
        res.json(Object.fromEntries(CARD_FIELDS.map((field) => [field, card[field]])));
      },
    ],
  };
}

export function modelFiles(manager: Manager): Resource {
  return {
    operation: OPERATIONS.modelFile,
    handlers: [
      limitConcurrency(MAX_DOWNLOADS, refuseDownload, async (req, res) => {
        const model = manager.acceptingModel();
        const path = (req.params.path as unknown as string[]).join('/');
        const file = model.files.get(path);
        if (!file) {
          throw new ProblemError(
            'not-found',
            `${path} is not a file of ${model.commit}; see /model`,
          );
        }
        res
          .set({ 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' })
          .type(TEXT_TYPES[extname(path)] ?? 'text/plain; charset=utf-8')
          .set('content-length', String(file.bytes));
        if (req.method === 'HEAD') {
          res.end();
          return;
        }
        await sendChunks(file.chunks(), res);
      }),
    ],
  };
}

/** Rejects with the cause where a chunk can't be had; a client that has gone is no error. */
async function sendChunks(chunks: AsyncGenerator<Buffer>, res: Response): Promise<void> {
  // Read before anything is sent, so that a file that is not proven can still be a problem.
  const first = await chunks.next();
  async function* all(): AsyncGenerator<Buffer> {
    if (!first.done) {
      yield first.value;
      yield* chunks;
    }
  }
  await pipeline(Readable.from(all(), { highWaterMark: 1 }), res).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') {
      throw error;
    }
  });
}

function refuseDownload(): never {
  throw new ProblemError(
    'too-many-downloads',
    `At most ${MAX_DOWNLOADS} files are sent at once; try again later`,
    1,
  );
}
