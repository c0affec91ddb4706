/** Stores behind a proxy: an https server with a certificate of its own, and a real S3 server that is written to. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { copyOfPinned, MODEL, PINNED } from '../support/pinned.ts';
import { startProxyServer } from '../support/proxy-server.ts';
import { haveS3Server, startS3Server } from '../support/s3-server.ts';
import { runCommand } from '../support/server.ts';

const HOST = 'models.example';

function makeCertificate(): { readonly key: string; readonly cert: string } {
  const folder = temporaryFolder();
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync(
    'openssl',
    ['req', '-x509', '-nodes', '-days', '1', ...curve, ...subject, ...files],
    {
      stdio: 'ignore',
    },
  );
  return { key, cert };
}

test('an https store is read through CONNECT, encrypted from end to end', async () => {
  const { key, cert } = makeCertificate();
  const { store } = copyOfPinned();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (req, res) => {
    const path = join(store, decodeURIComponent(req.url ?? ''));
    if (existsSync(path) && statSync(path).isFile()) {
      createReadStream(path).pipe(res);
    } else {
      res.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startProxyServer({ [HOST]: (server.address() as AddressInfo).port });
  const env = { MODEL_STORE: `https://${HOST}`, MODEL_CACHE: temporaryFolder() };
  const { code, stderr } = await runCommand(['models', 'fetch'], {
    ...env,
    ...{ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: cert },
  });
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('proxy')]);
  expect(existsSync(join(env.MODEL_CACHE, MODEL, PINNED, 'model.onnx'))).toBe(true);
  expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${HOST}:443`]));
  proxy.close();
  server.close();
  server.closeAllConnections();
});

describe.skipIf(!haveS3Server)('S3', () => {
  test('is written and read through it', async () => {
    const s3 = await startS3Server('models');
    const port = Number(new URL(s3.env.AWS_ENDPOINT_URL_S3 as string).port);
    const proxy = await startProxyServer({ 's3.example': port });
    const env = {
      ...s3.env,
      AWS_ENDPOINT_URL_S3: `http://s3.example:${port}`,
      HTTP_PROXY: proxy.url,
      MODEL_STORE: 's3://models/shop',
    };
    const published = await runCommand(['models', 'publish', PINNED, '--from', 'models'], env);
    expect([published.code, published.stderr]).toEqual([0, expect.any(String)]);
    expect(existsSync(join(s3.folder, 'shop', MODEL, PINNED, 'model.onnx'))).toBe(true);
    const verified = await runCommand(['models', 'verify', PINNED], env);
    expect(verified.code).toBe(0);
    const puts = proxy.requests.filter((each) => each.startsWith('PUT http://s3.example'));
    expect(puts.length).toBeGreaterThan(10);
    proxy.close();
    await s3.stop();
  });
});
