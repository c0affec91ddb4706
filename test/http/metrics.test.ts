/** `GET /metrics`: what a scraper asks for is what it gets, computed and compressed once for all. */
import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { metrics } from '../../src/http/routes/metrics.ts';

/** @param requests that have to arrive before the first of them is answered. */
function createScraped(requests = 1) {
  const computed = { text: 0, openMetrics: 0 };
  let arrived = 0;
  let onAllArrived = (): void => undefined;
  const allArrived = new Promise<void>((resolve) => {
    onAllArrived = resolve;
  });
  const resource = metrics({
    text: {
      contentType: 'text/plain; version=0.0.4',
      expose: async () => {
        await allArrived;
        return `text ${++computed.text}`;
      },
    },
    openMetrics: {
      contentType: 'application/openmetrics-text; version=1.0.0',
      expose: async () => `openMetrics ${++computed.openMetrics}`,
    },
  });
  const app = express();
  app.use((_req, _res, next) => {
    if (++arrived === requests) {
      onAllArrived();
    }
    next();
  });
  app.get('/metrics', ...resource.handlers);
  const server = app.listen(0);
  const scrape = (headers: Record<string, string> = {}) =>
    request(server)
      .get('/metrics')
      .set({ accept: '*/*', 'accept-encoding': 'identity', ...headers })
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk) => chunks.push(chunk as Buffer));
        res.on('end', () => done(null, Buffer.concat(chunks)));
      });
  return { computed, scrape, close: () => server.close() };
}

test('the format and the encoding are those that are preferred', async () => {
  const { scrape, close } = createScraped();
  const plain = await scrape();
  expect(plain.headers['content-type']).toBe('text/plain; version=0.0.4');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(plain.headers.vary).toBe('accept, accept-encoding');
  expect(String(plain.body)).toBe('text 1');
  const both = { accept: 'application/openmetrics-text', 'accept-encoding': 'gzip' };
  const compressed = await scrape(both);
  expect(compressed.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0');
  expect(compressed.headers['content-encoding']).toBe('gzip');
  // The client has decompressed it.
  expect(String(compressed.body)).toBe('openMetrics 1');
  close();
});

test('scrapes that come while one is computed share the next ones, however they are encoded', async () => {
  const { scrape, computed, close } = createScraped(40);
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      scrape({ 'accept-encoding': at % 2 ? 'gzip' : 'identity' }),
    ),
  );
  // That of the first, the next one, and one more for those that came while it was compressed.
  expect(computed.text).toBeGreaterThan(1);
  expect(computed.text).toBeLessThanOrEqual(3);
  expect(computed.openMetrics).toBe(0);
  close();
});
