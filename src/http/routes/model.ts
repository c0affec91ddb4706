/** `GET /model` and `GET /model/files/<path>`: what is served, and what it was made from. */
import { extname } from 'node:path';
import type { ModelCard } from '../../api/model.ts';
import type { Manager } from '../../serving/manager.ts';
import { ProblemError } from '../problems.ts';
import type { Resource } from '../resource.ts';

/** A browser must run nothing of a version: markup is sent as plain text. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.onnx': 'application/octet-stream',
};

export function modelCard(manager: Manager): Resource {
  return {
    method: 'get',
    path: '/model',
    statuses: [200, 503],
    handlers: [
      (_req, res) => {
        const { classifier, profile: _profile, read: _read, ...card } = manager.readyModel();
        res.json({ ...card, labels: classifier.labels } satisfies ModelCard);
      },
    ],
  };
}

export function modelFiles(manager: Manager): Resource {
  return {
    method: 'get',
    path: '/model/files/*path',
    statuses: [200, 404, 503],
    handlers: [
      async (req, res) => {
        const model = manager.readyModel();
        const path = (req.params.path as unknown as string[]).join('/');
        const bytes = await model.read(path);
        if (!bytes) {
          throw new ProblemError(
            'not-found',
            `${path} is not a file of ${model.commit}; see /model`,
          );
        }
        res
          .set({ 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' })
          .type(TEXT_TYPES[extname(path)] ?? 'text/plain; charset=utf-8')
          .send(bytes);
      },
    ],
  };
}
