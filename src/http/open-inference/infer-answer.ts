/** Answers of `POST /v2/models/{name}/infer`: JSON, or JSON that is followed by binary data; compressed on request. */
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { InferResponse } from '../../api/open-inference.ts';
import type { InferAnswer } from '../../serving/open-inference/open-inference.ts';
import { encodeRawData } from '../../serving/open-inference/raw-data.ts';
import { JSON_LENGTH_HEADER } from './infer-body.ts';

/** Smaller answers gain nothing. */
const MIN_COMPRESSED_BYTES = 1024;

const ENCODERS = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

export async function sendInferAnswer(
  req: Request,
  res: Response,
  { modelName, modelVersion, id, outputs }: InferAnswer,
  isBinary: (output: string) => boolean,
): Promise<void> {
  const binary: Buffer[] = [];
  const body: InferResponse = {
    model_name: modelName,
    model_version: modelVersion,
    id,
    outputs: outputs.map((output) => {
      const { name, datatype, shape, data } = output;
      if (!isBinary(name)) {
        return { name, datatype, shape, data };
      }
      const bytes = encodeRawData(output);
      binary.push(bytes);
      return { name, datatype, shape, parameters: { binary_data_size: bytes.byteLength } };
    }),
  };
  const json = Buffer.from(JSON.stringify(body));
  if (binary.length === 0) {
    res.setHeader('content-type', 'application/json');
    await sendEncoded(req, res, json);
    return;
  }
  res.setHeader('content-type', 'application/octet-stream');
  // Of the JSON before compression, as Triton has it.
  res.setHeader(JSON_LENGTH_HEADER, json.byteLength);
  await sendEncoded(req, res, Buffer.concat([json, ...binary]));
}

async function sendEncoded(req: Request, res: Response, body: Buffer): Promise<void> {
  res.vary('accept-encoding');
  const encoding =
    body.byteLength < MIN_COMPRESSED_BYTES
      ? 'identity'
      : req.acceptsEncodings('gzip', 'deflate', 'identity');
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    end(res, body);
    return;
  }
  const encoded = await ENCODERS[encoding](body);
  res.setHeader('content-encoding', encoding);
  end(res, encoded);
}

function end(res: Response, body: Buffer): void {
  res.setHeader('content-length', body.byteLength);
  res.end(body);
}
