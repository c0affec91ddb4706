/** The section “Models” of the console, in a real Chromium. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, adminOf, startAdminServer } from '../support/admin.ts';
import { MULTILINGUAL, MULTILINGUAL_TAG, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { hasChromium, open, PATIENCE_MS, useBrowser } from './browser.ts';
import { faintTexts, tooWide } from './in-page.mjs';

const ENGLISH = 'What a wonderful morning, the coffee is great and the sun is out!';
const GERMAN = 'Der Zug kommt schon wieder zu spät, ich habe wirklich genug davon.';

useBrowser();

async function send(server: TestServer, text: string, tens: number): Promise<void> {
  for (let ten = 0; ten < tens; ten++) {
    const inputs = Array.from({ length: 10 }, (_, i) => `${text} ${ten}${i}`);
    expect((await server.predict({ inputs })).status).toBe(200);
  }
}

/** Presses a button of the section, and confirms what its dialog announces. */
async function confirm(page: Page, name: string, announced: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.getByText(announced).waitFor();
  await dialog.getByRole('button', { name }).click();
}

async function enterToken(page: Page): Promise<void> {
  await page.getByLabel('Admin token').fill(`tester:${ADMIN_TOKEN}`);
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Change the models' }).waitFor();
}

describe.skipIf(!hasChromium)('the models on the console', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startAdminServer({ KEEP_PREVIOUS: '60' });
  });
  afterAll(() => server?.stop());

  test('German is offered a version that knows it: compared, promoted, taken back', async () => {
    const { page, complaints } = await open(server.url);
    await send(server, ENGLISH, 8);
    await send(server, GERMAN, 8);
    await page.getByText(`${MULTILINGUAL_TAG} was trained on German`).waitFor();
    await page.getByRole('button', { name: `Compare ${MULTILINGUAL_TAG}` }).click();
    expect(await page.locator('#admin-token:focus').count()).toBe(1);
    await page.keyboard.type('another-token-of-a-test');
    await page.keyboard.press('Enter');
    await page.getByText('The server does not take that token.').waitFor();
    expect(await page.getByRole('group', { name: 'Change the models' }).count()).toBe(0);
    // The browser reports the status of the refusal, and nothing else.
    expect(complaints).toEqual([expect.stringContaining('403')]);

    await enterToken(page);
    const dialog = page.getByRole('dialog', { name: 'Load candidate' });
    expect(await dialog.getByLabel('Version').inputValue()).toBe(MULTILINGUAL_TAG);
    expect(await dialog.getByLabel('Share').inputValue()).toBe('100');
    await dialog.getByText(`after ${PINNED_TAG} has answered them`).waitFor();
    await dialog.getByRole('button', { name: 'Load candidate' }).click();
    await page.getByText(`${MULTILINGUAL_TAG} is compared now.`, { exact: true }).waitFor();
    await page
      .getByText(`${MULTILINGUAL_TAG} was trained on German, and is compared now`)
      .waitFor();

    await send(server, ENGLISH, 2);
    await send(server, GERMAN, 4);
    const rows = page.locator('#comparison tbody tr');
    await rows.filter({ hasText: /^All\s*60/ }).waitFor();
    expect(await rows.filter({ hasText: /^German\s*40/ }).count()).toBe(1);
    expect(await page.locator('#comparison-summary').innerText()).toMatch(
      /v2\.0\.0 disagrees with v1\.2\.0 on [\d.]+ % of 60 texts/,
    );
    await expect
      .poll(() => page.locator('#agreement-chart + .hidden').textContent(), {
        timeout: PATIENCE_MS,
      })
      .toMatch(/German: (most|none)/);

    await page.getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('dialog', { name: 'Promote' }).waitFor();
    await page.keyboard.press('Escape');
    expect((await adminOf(server.url).status()).body.model?.commit).toBe(PINNED);
    await confirm(page, 'Promote', `${PINNED_TAG} becomes the version before`);
    await page.getByText(`${MULTILINGUAL_TAG} serves now.`).waitFor();
    await page.locator('#version', { hasText: MULTILINGUAL_TAG }).waitFor();
    expect(await page.locator('#agreement-title').count()).toBe(0);

    await confirm(page, 'Roll back', `${PINNED_TAG} answers every request from now on`);
    await page.getByText(`${PINNED_TAG} serves again.`).waitFor();
    expect((await adminOf(server.url).status()).body).toMatchObject({
      model: { commit: PINNED },
      candidate: null,
      previous: { commit: MULTILINGUAL },
    });
    expect(page.url()).toBe(`${server.url}/`);
    expect(
      await page.evaluate('[localStorage.length, Object.keys(sessionStorage).join()]'),
    ).toEqual([0, 'admin-token']);
    expect(complaints).toHaveLength(1);
  });

  test('what the server refuses is shown in its words, and nothing changes', async () => {
    const { page } = await open(server.url);
    await enterToken(page);
    await page.getByRole('button', { name: 'Swap' }).click();
    const dialog = page.getByRole('dialog', { name: 'Swap' });
    await dialog.getByLabel('Version').fill('main');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('commit must be a full commit SHA').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect((await adminOf(server.url).status()).body.model?.commit).toBe(PINNED);
  });

  test.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    await adminOf(server.url).change('PUT /admin/shadow', { commit: MULTILINGUAL, share: 1 });
    await send(server, GERMAN, 3);
    const { page } = await open(server.url, { colorScheme, viewport: { width: 390, height: 800 } });
    await enterToken(page);
    await page.locator('#comparison-examples summary').click();
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await page.evaluate(tooWide)).toEqual([]);
    await page.getByRole('button', { name: 'Change share' }).click();
    const share = page.getByRole('dialog', { name: 'Change share' });
    await share.getByLabel('Share').fill('25');
    expect(await share.innerText()).toMatch(/v2\.0\.0 predicts 25\s% of the texts from now on/);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await page.evaluate(tooWide)).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('the section has no buttons', () => {
  test.each([
    [{ ADMIN_TOKEN: '' }, 'ADMIN_TOKEN is not set.'],
    [{ ADMIN_TOKEN, ADMIN_PORT: '0' }, 'on the port of /admin (ADMIN_PORT)'],
  ])('with %j, and says why', async (env, reason) => {
    const server = await startServer(env);
    try {
      const { page, complaints } = await open(server.url);
      await page.getByText(reason).waitFor();
      expect(await page.locator('.models :is(button, input)').count()).toBe(0);
      expect(await page.locator('#roles').innerText()).toMatch(
        new RegExp(`Serves\\s+${PINNED_TAG} · ${PINNED.slice(0, 8)}`),
      );
      expect(complaints).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
