/** `/docs` in a real Chromium: it shows the interface, sends requests with a key, and asks no other host. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { axeViolations } from './axe.ts';
import { hasChromium, open, useBrowser } from './browser.ts';

const API_KEY = 'a-known-key';
/** Markup of Swagger UI itself (docs/decisions/0022-openapi.md). */
const KNOWN_VIOLATIONS = ['heading-order', 'label', 'nested-interactive', 'region', 'select-name'];

useBrowser();

describe.skipIf(!hasChromium)('the page of the interface', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ API_KEYS: API_KEY });
  });
  afterAll(() => server?.stop());

  test('a text is predicted with a key, without a request to another host', async () => {
    const { page, complaints } = await open(server.url);
    await page.goto(`${server.url}/docs`);
    const predict = page.locator('#operations-predictions-predict');
    await predict.locator('button.opblock-summary-control').click();
    const answer = predict.locator('.live-responses-table .response');
    await predict.locator('button.execute').click();
    await answer.getByText('/problems/unauthorized').first().waitFor();
    // The browser itself reports each 401, also that of the console, which is opened first.
    const refused = complaints.length;
    expect(complaints.filter((line) => !line.includes('401'))).toEqual([]);

    await page.locator('.auth-wrapper button.authorize').click();
    await page.locator('.dialog-ux input').first().fill(API_KEY);
    await page.locator('.dialog-ux button.authorize').first().click();
    await page.locator('.dialog-ux button.btn-done').first().click();
    await predict.locator('button.execute').click();
    await answer.getByText('"positive"').first().waitFor();
    expect(await answer.innerText()).toContain('"predictions"');
    expect(complaints.slice(refused)).toEqual([]);

    const violations = await axeViolations(page);
    expect(
      violations.filter((line) => !KNOWN_VIOLATIONS.includes(line.split(':')[0] as string)),
    ).toEqual([]);
  });
});
