/** The console in a real Chromium. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelCard } from '../../src/api/model.ts';
import { calibratedStore, PINNED, PINNED_TAG, pinnedJson } from '../support/pinned.ts';
import { startServer, sum, type TestServer } from '../support/server.ts';
import { axeViolations } from './axe.ts';
import { hasChromium, open, PATIENCE_MS, useBrowser } from './browser.ts';
import { alarmPixels, selectContents } from './in-page.mjs';

const ENGLISH = 'What a wonderful morning, the coffee is great and the sun is out!';
const GERMAN = 'Der Zug kommt schon wieder zu spät, ich habe wirklich genug davon.';
const MARKUP = '<img src=x onerror="document.title=\'owned\'"> <b>bold</b> is what I am today';

useBrowser();

/** Presses Tab until an element has the focus. @throws where it never gets it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if ((await page.locator(`${selector}:focus`).count()) > 0) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`No way to ${selector} by keyboard`);
}

async function tryText(page: Page, text: string): Promise<string> {
  await page.locator('#text').fill(text);
  await page.locator('#text').press('Control+Enter');
  await page
    .locator('#predictions tr', { hasText: text.slice(0, 20) })
    .first()
    .waitFor();
  await page.locator('#try-result:not([aria-busy]) .answer').waitFor();
  return page.locator('#try-result').innerText();
}

describe.skipIf(!hasChromium)('the console', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.stop());

  test('shows at once which version serves, and that there is no traffic', async () => {
    const { page, complaints } = await open(server.url);
    await page.getByText('No text has arrived').first().waitFor();
    expect(await page.locator('header').innerText()).toMatch(
      new RegExp(`tweet-sentiment\\s+${PINNED_TAG} · ${PINNED.slice(0, 8)}\\s+ready`),
    );
    expect(await page.title()).toBe('tweet-sentiment');
    expect(complaints).toEqual([]);
  });

  test('by keyboard only: a text is tried, and its label is corrected', async () => {
    const { page, complaints } = await open(server.url);
    await page.getByText('No text has arrived').first().waitFor();
    const before = await server.metrics();

    await tabTo(page, '#text');
    await page.keyboard.type(ENGLISH);
    await page.keyboard.press('Control+Enter');
    const result = page.locator('#try-result');
    await result.locator('.answer').waitFor();
    expect(await result.innerText()).toMatch(/Positive\s+\d+\s%/);
    expect(await result.innerText()).toContain('Language: English (en)');
    expect(await result.innerText()).not.toContain('not trained');
    const scores = await result.locator('.scores .number').allInnerTexts();
    expect(scores).toHaveLength(3);
    const total = scores.reduce((all, text) => all + Number.parseFloat(text), 0);
    expect(Math.abs(total - 100)).toBeLessThan(1.5);

    await tabTo(page, '#try-result button:nth-of-type(2)');
    await page.keyboard.press('Enter');
    await result.getByText('Noted: should have been negative').waitFor();
    await page.getByText('right: 0 of 1').waitFor();
    const after = await server.metrics();
    const corrected = 'predicted="positive",actual="negative"';
    expect(sum(before, 'classifier_feedback_total')).toBe(0);
    expect(sum(after, 'classifier_feedback_total')).toBe(1);
    expect(sum(after, 'classifier_feedback_total', corrected)).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('a German text has a warning', async () => {
    const { page } = await open(server.url);
    await page.getByText('ready', { exact: true }).waitFor();
    const result = await tryText(page, GERMAN);
    expect(result).toContain('Language: German (de)');
    expect(result).toContain(`tweet-sentiment ${PINNED_TAG} was not trained on German`);
    expect(await page.locator('#predictions tr').first().innerText()).toContain('German (de)');
  });

  test('texts of users stay texts, and are masked as in the log', async () => {
    const { page, complaints } = await open(server.url);
    await page.getByText('ready', { exact: true }).waitFor();
    await tryText(page, `${MARKUP} @somebody_else`);
    const row = page.locator('#predictions tr').first();
    const shown = (await row.locator('.text').textContent()) ?? '';
    expect(shown).toContain(`${MARKUP} @user`);
    expect(shown).not.toContain('@somebody_else');
    expect(await page.locator('main img, main b:has-text("bold")').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
  });

  test('a refusal is shown with the message of the server', async () => {
    const { page } = await open(server.url);
    await page.locator('#text').press('Control+Enter');
    const message = page.getByText('it needs at least one character');
    await message.waitFor();
    expect(await message.isVisible()).toBe(true);
  });

  test('the card has the SHA, its parents, its ingredients and its scores', async () => {
    const { page } = await open(server.url);
    const card = page.locator('#model');
    await card.getByText('Ingredients').waitFor();
    const { parents } = (await (await fetch(`${server.url}/model`)).json()) as ModelCard;
    expect(parents.length).toBeGreaterThan(0);
    const codes = await card.locator('dd code').allInnerTexts();
    expect(codes).toEqual([PINNED, ...parents]);
    const { datasets } = pinnedJson<{ datasets: Record<string, { int8: { accuracy: number } }> }>(
      'metrics.json',
    );
    const rows = await card.locator('.datasets tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s/)[0])).toEqual(Object.keys(datasets));
    const accuracy = Math.round(datasets['semeval-en/dev']!.int8.accuracy * 100);
    expect(rows[0]?.split('\t')[4]).toMatch(new RegExp(`^${accuracy}\\s%$`));

    const link = card.getByRole('link', { name: 'hyperparameters.json' });
    const file = await page.request.get(
      new URL((await link.getAttribute('href')) ?? '', server.url).href,
    );
    expect(await file.json()).toEqual(pinnedJson('hyperparameters.json'));
  });

  test('German traffic shows within seconds: in the status, the legend, the chart, the drift', async () => {
    const { page, complaints } = await open(server.url);
    /** In small requests: on a slow machine, large ones would raise the alarm of slow answers. */
    const send = async (text: string, tens: number): Promise<void> => {
      for (let ten = 0; ten < tens; ten++) {
        const inputs = Array.from({ length: 10 }, (_, i) => `${text} ${ten}${i}`);
        expect((await server.predict({ inputs })).status).toBe(200);
      }
    };
    const languages = page.locator('#languages-table tbody');
    const verdict = page.locator('#verdict');
    await send(ENGLISH, 12);
    await page.locator('#predictions tr', { hasText: `${ENGLISH} 119` }).waitFor();
    expect(await verdict.innerText()).not.toContain('are German (de)');
    const before = await page.evaluate(alarmPixels);

    await send(GERMAN, 6);
    await verdict
      .locator(':is(#headline, #further p)')
      .getByText(/3\d\s% of the texts of the last 5 minutes are German \(de\)/)
      .waitFor();
    expect(await verdict.innerText()).toContain(
      `which tweet-sentiment ${PINNED_TAG} was not trained on`,
    );
    expect(await verdict.getAttribute('data-severity')).toBe('act');
    expect(await page.title()).toBe('✖ tweet-sentiment');
    expect(await page.locator('#announcement').textContent()).toContain('German (de)');
    // By their share: English is more.
    const [english, german] = await languages.locator('tr').allInnerTexts();
    expect(english).toMatch(/English \(en\)\s+6\d\s%\s+99\s%/);
    expect(german).toMatch(/German \(de\)\s+\(alarm\)\s+3\d\s%\s+<\s0.1\s%/);
    await expect
      .poll(() => page.evaluate(alarmPixels), { timeout: PATIENCE_MS })
      .toBeGreaterThan(before + 50);
    const words = page.locator('#languages-chart + .hidden');
    expect(await words.textContent()).toMatch(/German: most \d+ at /);

    await send(GERMAN, 4);
    await page.locator('[data-feature="language"][data-state="changed"]').waitFor();
    const drift = page.locator('[data-feature="language"]');
    expect(await drift.locator('summary').innerText()).toContain('act now');
    await drift.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await drift.locator('tbody').innerText()).toMatch(/German\s+<\s0.1\s%\s+4\d\s%/);
    expect(complaints).toEqual([]);
  });

  test('new data leave selection, focus, opened rows and announcement as they are', async () => {
    const { page } = await open(server.url);
    await tryText(page, `${GERMAN} selected`);
    const text = page.locator('#predictions bdi', { hasText: 'selected' }).first();
    await text.evaluate(selectContents);
    const summary = page.locator('[data-feature="label"] summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    const announced = await page.locator('#announcement').textContent();
    expect(announced).toContain('German');

    const inputs = [`${GERMAN} sent meanwhile`, ENGLISH];
    expect((await server.predict({ inputs })).status).toBe(200);
    await page.locator('#predictions tr', { hasText: 'sent meanwhile' }).first().waitFor();
    expect(await page.evaluate('getSelection().toString()')).toBe(`${GERMAN} selected`);
    expect(await page.locator('[data-feature="label"][open] summary:focus').count()).toBe(1);
    expect(await page.locator('#announcement').textContent()).toBe(announced);
  });

  test('pause stops the requests, “Go on” resumes them', async () => {
    const { page } = await open(server.url);
    await page.getByText('ready', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/paused at/).waitFor();
    // Longer than from one request to the next.
    await expect(page.waitForRequest('**/console/data', { timeout: 3000 })).rejects.toThrow();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForRequest('**/console/data');
    await page.getByText(/live, /).waitFor();
  });
});

describe.skipIf(!hasChromium)('the console of a server', () => {
  test('with API keys has a form for a key, and keeps the key in the tab', async () => {
    const server = await startServer({ API_KEYS: 'one-key-of-a-test' });
    try {
      const { page } = await open(server.url);
      await page.getByText('This console is locked').first().waitFor();
      expect(await page.locator('.panel').count()).toBe(0);
      expect(await axeViolations(page)).toEqual([]);
      await page.keyboard.type('another-key');
      await page.keyboard.press('Enter');
      await page.getByText('does not take that key').waitFor();
      await page.keyboard.type('one-key-of-a-test');
      await page.keyboard.press('Enter');
      await page.getByText('No text has arrived').first().waitFor();
      expect(await page.getByLabel('API key').count()).toBe(0);
      expect(await tryText(page, ENGLISH)).toContain('English');
      await page.locator('#model').getByText(PINNED).waitFor();

      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'hyperparameters.json' }).click();
      expect((await download).suggestedFilename()).toBe('hyperparameters.json');
      expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).toEqual([0, 1]);
    } finally {
      await server.stop();
    }
  });

  test('whose version is calibrated: an estimate of the accuracy, and its calibration error', async () => {
    const { store, sha } = calibratedStore();
    const server = await startServer({ MODEL_STORE: store });
    const { page } = await open(server.url);
    try {
      await page.getByText('No text has arrived').first().waitFor();
      expect(await page.locator('#estimated-accuracy').count()).toBe(0);
      await Promise.all(
        Array.from({ length: 50 }, () => server.predict({ inputs: Array(4).fill(ENGLISH) })),
      );
      const estimate = page.locator('#estimated-accuracy');
      await estimate.getByText('estimated accuracy').waitFor();
      const { predictions } = (await (await server.predict({ inputs: ENGLISH })).json()) as {
        predictions: { score: number }[];
      };
      const [, percent] = /^([\d.]+)\s%/.exec(await estimate.innerText()) ?? [];
      expect(Number(percent) / 100).toBeCloseTo(predictions[0]?.score ?? 0, 2);
      const column = { name: 'Calibration error' };
      await page.locator('#model').getByRole('columnheader', column).waitFor();
      const history = await open(`${server.url}/history#version=${sha}`);
      await history.page.getByRole('columnheader', column).waitFor();
      await history.page.getByText('0.067 → 0.067').waitFor();
    } finally {
      await server.stop();
    }
  });

  test('that ends is reported within seconds, and so is its return', async () => {
    const server = await startServer();
    const { page } = await open(server.url);
    await page.getByText('ready', { exact: true }).waitFor();
    await server.stop('SIGKILL');
    await page
      .getByText(/The server has not answered for \d+\ss/)
      .first()
      .waitFor();
    expect(await page.title()).toBe('✖ tweet-sentiment');
    await page.getByText('unreachable').waitFor();
    await page.getByText('docker compose logs --tail=50 server').waitFor();
    const again = await startServer({ PORT: new URL(server.url).port });
    try {
      await page.getByText('No text has arrived').first().waitFor();
    } finally {
      await again.stop();
    }
  });
});
