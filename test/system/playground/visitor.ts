/**
 * Somebody in front of the playground: with the keyboard alone, and with an eye on what the page asks for.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Stops on the way over the page, more than it has. */
const MOST_STOPS = 120;

/** What a page asked for, and what its browser complained about. */
export interface Watch {
  readonly origins: ReadonlySet<string>;
  /** Messages in the console, and what the page's policy forbade. */
  readonly complaints: readonly string[];
}

/** Begin before the page is loaded. */
export async function watch(page: Page): Promise<Watch> {
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:') origins.add(origin);
  });
  page.on('console', (message) => {
    // Of statuses, which the page asks for and shows.
    if (message.type() === 'error' && !/status of \d+|ERR_EMPTY_RESPONSE/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`the policy forbids ${violatedDirective} ${blockedURI}`);
    });
  });
  return { origins, complaints };
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, of all its rules that are on by default: WCAG 2, and best practice. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await axe);
  return page.evaluate(async () => {
    const { axe: it } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations, passes } = await it.run();
    if (passes.length < 20) throw new Error(`axe has checked only ${passes.length} rules`);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
  });
}

/** Browsers on a busy machine take their time. */
export const PATIENCE = { timeout: 20_000 };

/** Waits until the text of an element is as wanted. */
export const expectText = (page: Page, id: string, pattern: RegExp): Promise<void> =>
  expect
    .poll(() => page.evaluate((name) => document.getElementById(name)?.textContent ?? '', id), {
      ...PATIENCE,
      message: `text of #${id}`,
    })
    .toMatch(pattern);

export const isVisible = (page: Page, id: string): Promise<void> =>
  expect.poll(() => page.isVisible(`#${id}`), { ...PATIENCE, message: `#${id} is visible` }).toBe(true);

/** In the page: how far a control is from the one that has the focus, in stops of the Tab key. */
function distanceTo(id: string): { way: 'Tab' | 'Shift+Tab'; distance: number } {
  const target = document.getElementById(id);
  const from = document.activeElement;
  if (target === from) return { way: 'Tab', distance: 0 };
  const controls = 'a[href], button, input:not([type=radio]:not(:checked)), textarea, [tabindex="0"]';
  const stops = [...document.querySelectorAll(controls)].filter((it) => it.checkVisibility());
  // A heading that has taken the focus is no stop; before the first press of the key, nothing is.
  const at = stops.findLastIndex(
    (it) =>
      it === from || (from !== null && it.compareDocumentPosition(from) & Node.DOCUMENT_POSITION_FOLLOWING),
  );
  const away = target === null ? 0 : stops.indexOf(target) - (from === document.body ? -1 : at);
  // One step at a time where this doesn't know better.
  return { way: away < 0 ? 'Shift+Tab' : 'Tab', distance: Math.max(1, Math.abs(away)) };
}

/** Uses nothing but keys. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Goes to a control, forward or back, by the Tab key; it must show that it has the focus. */
  async to(id: string): Promise<void> {
    for (let stops = 0; stops < MOST_STOPS;) {
      const { way, distance } = await this.#page.evaluate(distanceTo, id);
      if (distance === 0) return this.#expectRing(id);
      for (let step = 0; step < distance; step++) await this.#page.keyboard.press(way);
      stops += distance;
    }
    throw new Error(`the Tab key doesn't lead to #${id}`);
  }

  async #expectRing(id: string): Promise<void> {
    const outline = await this.#page.evaluate((name) => {
      const element = document.getElementById(name);
      return element === null ? '' : getComputedStyle(element).outlineStyle;
    }, id);
    expect(outline, `the ring around #${id}`).not.toBe('none');
  }

  async press(id: string, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
    await this.to(id);
    await this.#page.keyboard.press(key);
  }

  /** Replaces the text of a field. */
  async write(id: string, text: string): Promise<void> {
    await this.to(id);
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#page.keyboard.insertText(text);
  }
}
