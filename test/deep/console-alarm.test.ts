/** The console in an alarm, in a real Chromium: what a person can do, see and read there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MULTILINGUAL, MULTILINGUAL_TAG, PINNED } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { axeViolations } from './axe.ts';
import { hasChromium, open, useBrowser } from './browser.ts';
import { faintTexts, tooWide } from './in-page.mjs';

const ENGLISH = 'What a wonderful morning, the coffee is great and the sun is out!';
/** The same in the languages of the model that the server identifies surely, and in others. */
const TEXTS = {
  de: 'Der Zug kommt schon wieder zu spät, ich habe wirklich genug davon.',
  es: 'El tren llega tarde otra vez, ya estoy harto de esto.',
  fr: 'Le train est encore en retard, j’en ai vraiment assez.',
  it: 'Il treno è di nuovo in ritardo, ne ho davvero abbastanza.',
  pt: 'O comboio está atrasado outra vez, estou mesmo farto disto.',
  nl: 'De trein is alweer te laat, ik heb er echt genoeg van.',
  pl: 'Pociąg znowu się spóźnia, naprawdę mam tego dość.',
  sv: 'Tåget är försenat igen, jag är verkligen trött på det här.',
  fi: 'Juna on taas myöhässä, olen todella kyllästynyt tähän.',
  tr: 'Tren yine gecikti, gerçekten bundan bıktım.',
  ru: 'Поезд снова опаздывает, мне это правда надоело.',
  ar: 'القطار متأخر مرة أخرى، لقد سئمت حقا من هذا.',
  hi: 'ट्रेन फिर से देर से आ रही है, मैं सच में इससे तंग आ गया हूँ।',
  ja: '電車がまた遅れています。本当にうんざりです。',
  ko: '기차가 또 늦었어요. 정말 지긋지긋해요.',
};

useBrowser();

describe.skipIf(!hasChromium)('the console in an alarm', () => {
  let server: TestServer;
  const send = async (text: string, tens: number): Promise<void> => {
    for (let ten = 0; ten < tens; ten++) {
      const inputs = Array.from({ length: 10 }, (_, i) => `${text} ${ten}${i}`);
      expect((await server.predict({ inputs })).status).toBe(200);
    }
  };
  beforeAll(async () => {
    server = await startServer();
    await send(ENGLISH, 12);
    await send(TEXTS.de, 6);
  });
  afterAll(() => server?.stop());

  test('a person finds the texts, the runbook and the version to compare in the status', async () => {
    const { page, complaints } = await open(server.url);
    const status = page.locator('#verdict');
    // The versions are read in the background.
    await status.locator('.offer').getByText(`${MULTILINGUAL_TAG} was trained on German`).waitFor();
    await status.getByRole('button', { name: 'Show these texts' }).click();
    const texts = page.locator('#predictions tr');
    await page.getByText('Only German (de)').waitFor();
    await texts.first().waitFor();
    const languages = await page.locator('#predictions .language').allInnerTexts();
    expect(languages).toHaveLength(20);
    expect(new Set(languages)).toEqual(new Set(['German (de)']));
    expect(await page.locator('#predictions-title:focus').count()).toBe(1);
    await page.getByRole('button', { name: 'Show all texts' }).click();

    await status.getByRole('button', { name: 'Runbook: ClassifierForeignLanguage' }).click();
    const runbook = page.getByRole('dialog', { name: 'ClassifierForeignLanguage' });
    await runbook.getByText('Means.').waitFor();
    expect(await runbook.innerText()).toContain(`models show ${PINNED}`);
    expect(await axeViolations(page)).toEqual([]);
    await runbook.getByRole('button', { name: 'Close' }).click();
    await runbook.waitFor({ state: 'detached' });

    expect(await status.locator('code').allInnerTexts()).toEqual([
      `node dist/main.js models diff ${PINNED.slice(0, 8)} ${MULTILINGUAL.slice(0, 8)}`,
      'docker compose logs --no-log-prefix server | node dist/main.js logs --language de',
    ]);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['a label', '#labels-now', 'Positive', 'Only positive', '.label', 'positive'],
    [
      'a language',
      '#languages-table',
      'English (en)',
      'Only English (en)',
      '.language',
      'English (en)',
    ],
  ])('%s leads to its texts', async (_, where, name, expected, cell, value) => {
    const { page } = await open(server.url);
    await page.locator(where).getByRole('button', { name }).click();
    await page.getByText(expected).waitFor();
    await page.locator(`#predictions ${cell}`).first().waitFor();
    const values = await page.locator(`#predictions ${cell}`).allInnerTexts();
    expect(new Set(values)).toEqual(new Set([value]));
  });

  test.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    const { page } = await open(server.url, { colorScheme });
    await page.locator('#model').getByText('Ingredients').waitFor();
    for (const summary of await page.locator('summary').all()) {
      await summary.click();
    }
    const lightness = 'getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]';
    const isLight = Number(await page.evaluate(lightness)) > 128;
    expect(isLight ? 'light' : 'dark').toBe(colorScheme);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    // The check itself finds a text that can't be read.
    await page.evaluate("document.querySelector('h1').style.color = 'GrayText'");
    await page.evaluate("document.querySelector('header').style.background = 'GrayText'");
    expect((await page.evaluate(faintTexts)).join()).toContain('H1');
  });

  test.each([320, 390, 768, 1100, 1440, 2560])(
    'needs no scrolling sideways at %i pixels',
    async (width) => {
      const { page } = await open(server.url, { viewport: { width, height: 800 } });
      await send(`${TEXTS.de} ${'ohneleerzeichen'.repeat(15)}`, 1);
      await page.getByText('ohneleerzeichen').first().waitFor();
      await page.locator('#model').getByText('Ingredients').waitFor();
      for (const summary of await page.locator('summary').all()) {
        await summary.click();
      }
      expect(await page.evaluate(tooWide)).toEqual([]);
      expect(await page.evaluate('innerWidth')).toBe(width);
    },
  );

  test('a window that gets narrower needs no scrolling sideways', async () => {
    const { page } = await open(server.url, { viewport: { width: 1440, height: 800 } });
    await page.locator('#languages-chart canvas').waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    await expect.poll(() => page.evaluate(tooWide)).toEqual([]);
    const cell = await page.locator('#languages-table .share').first().boundingBox();
    expect(cell && cell.x + cell.width).toBeLessThan(390);
  });

  test('with forced colours, and for a reader elsewhere', async () => {
    const { page } = await open(server.url, {
      ...{ forcedColors: 'active', timezoneId: 'Asia/Tokyo', locale: 'en-GB' },
    });
    const time = page.locator('#freshness time');
    await time.waitFor();
    const [shown, iso, local] = [
      await time.innerText(),
      (await time.getAttribute('datetime')) ?? '',
      (await time.getAttribute('title')) ?? '',
    ];
    expect(iso.slice(11, 19)).toBe(shown);
    const hours = (text: string): number => Number(/(\d+):\d+:\d+/.exec(text)?.[1]);
    expect((hours(local) - hours(shown) + 24) % 24).toBe(9);
    expect(await axeViolations(page)).toEqual([]);
  });

  test('on a phone, the first screen has the status and the languages', async () => {
    const { page } = await open(server.url, { viewport: { width: 390, height: 844 } });
    await page.locator('#languages-table').waitFor();
    for (const selector of ['#headline', '#verdict .next', '#languages-table tbody tr']) {
      const box = await page.locator(selector).first().boundingBox();
      expect(box && box.y + box.height, selector).toBeLessThan(844);
    }
  });

  test('with 15 more languages: sorted by share, strays in one row, no violation', async () => {
    for (const text of Object.values(TEXTS)) {
      await send(text, 1);
    }
    const { page } = await open(server.url);
    const rows = page.locator('#languages-table tbody tr');
    const strays = rows.getByRole('button', { name: /^\d+ others$/ });
    await page.getByText('Korean').first().waitFor();
    const shares = (await page.locator('#languages-table .share').allInnerTexts()).map((text) =>
      Number.parseFloat(text),
    );
    const named = (await strays.count()) > 0 ? shares.slice(0, -1) : shares;
    expect(named).toEqual(named.toSorted((a, b) => b - a));
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(tooWide)).toEqual([]);
  });
});
