import type { Browser, BrowserContext } from 'playwright-core';

export type BrowserName = 'chromium' | 'firefox';
export interface BrowserOptions {
  /** More flags for Chromium. */
  readonly args?: readonly string[] | undefined;
  /** Flags that Playwright gives Chromium by default, and that it must do without. */
  readonly without?: readonly string[] | undefined;
  /** For Firefox, as in about:config. */
  readonly preferences?: Record<string, string | number | boolean> | undefined;
}
export function launchBrowser(name: BrowserName, options?: BrowserOptions): Promise<Browser>;
export function launchProfile(
  name: BrowserName,
  folder: string,
  options?: BrowserOptions,
): Promise<BrowserContext>;
