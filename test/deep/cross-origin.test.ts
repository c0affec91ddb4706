/** A page of another origin in a real Chromium: what it may request, and what the browser keeps from it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { hasChromium, open, useBrowser } from './browser.ts';

const KEY = 'first-key';

useBrowser();

/** What `fetch` in the page gets: a status with readable headers, or the browser's error. */
function request(page: Page, url: string, init: RequestInit): Promise<unknown> {
  return page.evaluate(
    async ([address, options]) => {
      try {
        const response = await fetch(address as string, options as RequestInit);
        return [response.status, response.headers.get('x-request-id'), await response.json()];
      } catch (error) {
        return String(error);
      }
    },
    [url, init] as const,
  );
}

describe.skipIf(!hasChromium)('CORS_ORIGINS', () => {
  const pages = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>another site</title>');
  });
  let port: number;
  let server: TestServer;

  beforeAll(async () => {
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    port = (pages.address() as AddressInfo).port;
    const origin = `http://127.0.0.1:${port}`;
    server = await startServer({ API_KEYS: KEY, CORS_ORIGINS: origin });
  });
  afterAll(async () => {
    pages.close();
    await server.stop();
  });

  const predict: RequestInit = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${KEY}`,
      'x-request-id': 'of-the-page',
    },
    body: JSON.stringify(['What a wonderful day']),
  };

  test('lets a page of the list predict, and read the id of its request', async () => {
    const { page } = await open(`http://127.0.0.1:${port}`);
    expect(await request(page, `${server.url}/predict`, predict)).toEqual([
      200,
      'of-the-page',
      ['positive'],
    ]);
    const withoutKey = { ...predict, headers: { 'content-type': 'application/json' } };
    expect(await request(page, `${server.url}/predict`, withoutKey)).toEqual([
      401,
      expect.any(String),
      expect.objectContaining({ type: '/problems/unauthorized' }),
    ]);
  });

  test('keeps the rest of the server from it', async () => {
    const { page } = await open(`http://127.0.0.1:${port}`);
    for (const path of ['/metrics', '/console/data']) {
      expect(await request(page, server.url + path, {})).toBe('TypeError: Failed to fetch');
    }
  });

  test('does not let a page of another origin predict', async () => {
    // To a browser, a name is another origin than its address.
    const { page } = await open(`http://localhost:${port}`);
    const before = await server.metrics();
    expect(await request(page, `${server.url}/predict`, predict)).toBe(
      'TypeError: Failed to fetch',
    );
    const series = 'http_requests_total{method="POST",route="/predict",status="200"}';
    expect((await server.metrics()).get(series)).toBe(before.get(series));
  });
});
