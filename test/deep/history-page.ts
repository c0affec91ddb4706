/** `models ui` and its page, for the tests of the history. */
import type { Page } from 'playwright-core';
import { startCommand } from '../support/server.ts';
import { open } from './browser.ts';

export interface Ui {
  readonly url: string;
  stop(): Promise<unknown>;
}

export async function startUi(...args: string[]): Promise<Ui> {
  const { child, exited } = startCommand(['models', 'ui', '--port', '0', ...args]);
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())),
  );
  return {
    url: new URL(line.trim()).origin,
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}

/** Opens a view. @param fragment such as `#version=v2.0.0`. */
export async function openView(
  ui: Ui,
  fragment: string,
  options: Parameters<typeof open>[1] = {},
): ReturnType<typeof open> {
  const opened = await open(ui.url, options);
  await opened.page.goto(`${ui.url}/history${fragment}`);
  return opened;
}

export const openAll = async (page: Page): Promise<void> => {
  for (const summary of await page.locator('summary:visible').all()) {
    await summary.click();
  }
};

/** Texts of elements that do not fit into them. */
export const cutOff = (page: Page, selector: string): Promise<string[]> =>
  page
    .locator(selector)
    .evaluateAll((elements) =>
      (elements as unknown as Sized[])
        .filter(
          (element) =>
            element.scrollWidth > element.clientWidth + 1 ||
            element.scrollHeight > element.clientHeight + 1,
        )
        .map(({ textContent }) => textContent),
    );

interface Sized {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  readonly textContent: string;
}
