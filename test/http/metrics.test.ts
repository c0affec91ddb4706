/** `GET /metrics`: what a scraper asks for is what it gets, computed and compressed once for all. */
import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { metrics } from '../../src/http/routes/metrics.ts';

function createScraped() {
  const computed = { text: 0, openMetrics: 0 };
  const resource = metrics({
    text: {
      contentType: 'text/plain; version=0.0.4',
      expose: async () => `text ${++computed.text}`,
    },
    openMetrics: {
      contentType: 'application/openmetrics-text; version=1.0.0',
      expose: async () => `openMetrics ${++computed.openMetrics}`,
    },
  });
  const app = express().get('/metrics', ...resource.handlers);
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

test('many scrapes at once are computed twice at most, however they are encoded', async () => {
  const { scrape, computed, close } = createScraped();
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      scrape({ 'accept-encoding': at % 2 ? 'gzip' : 'identity' }),
    ),
  );
  expect(computed.text).toBeGreaterThan(0);
  expect(computed.text).toBeLessThan(40);
  expect(computed.openMetrics).toBe(0);
  close();
});
