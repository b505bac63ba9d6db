/**
 * Starting the browsers of this machine, through playwright-core: Chromium over its DevTools protocol, an unpatched
 * Firefox over WebDriver BiDi.
 *
 * @module
 */
import { chromium, firefox } from 'playwright-core';
import { requireProgram } from './program-files.mjs';

/**
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {'chromium' | 'firefox'} BrowserName
 * @typedef {object} BrowserOptions
 * @property {readonly string[]} [args] more flags for Chromium
 * @property {readonly string[]} [without] flags that Playwright gives Chromium by default, and that it must do without
 * @property {Record<string, string | number | boolean>} [preferences] for Firefox, as in about:config
 */

/** Milliseconds that a browser may take to start. */
const START = 60_000;

/** No network but what a test asks for, and nothing to click away. */
const CHROMIUM_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // 127.0.0.1 counts as secure; this name does not.
  '--host-resolver-rules=MAP insecure.test 127.0.0.1',
];

/**
 * Root cannot have Chromium's sandbox.
 *
 * @param {BrowserOptions} options
 */
const chromiumOptions = ({ args = [], without = [] }) => ({
  executablePath: requireProgram('chromium'),
  headless: true,
  timeout: START,
  chromiumSandbox: process.platform !== 'linux' || process.getuid?.() !== 0,
  args: [...CHROMIUM_FLAGS, ...args],
  ignoreDefaultArgs: [...without],
});

/** @param {BrowserOptions} options */
const firefoxOptions = ({ preferences = {} }) => ({
  // Not Playwright's own build: a stock Firefox, over WebDriver BiDi.
  channel: 'moz-firefox',
  executablePath: requireProgram('firefox'),
  headless: true,
  timeout: START,
  firefoxUserPrefs: preferences,
});

/**
 * Starts a browser with an empty profile of its own, headless. The caller closes it.
 *
 * @param {BrowserName} name
 * @param {BrowserOptions} [options]
 * @returns {Promise<Browser>}
 * @throws {StepError} when the browser is not on this machine
 */
export const launchBrowser = (name, options = {}) =>
  name === 'chromium' ? chromium.launch(chromiumOptions(options)) : firefox.launch(firefoxOptions(options));

/**
 * Starts a browser on a profile folder that stays, so that a later start finds what it stored. The caller closes it.
 *
 * @param {BrowserName} name
 * @param {string} folder
 * @param {BrowserOptions} [options]
 * @returns {Promise<BrowserContext>}
 */
export const launchProfile = (name, folder, options = {}) =>
  name === 'chromium'
    ? chromium.launchPersistentContext(folder, chromiumOptions(options))
    : firefox.launchPersistentContext(folder, firefoxOptions(options));
