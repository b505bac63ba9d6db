/**
 * Runs an app that a bundler made.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Of the sources or of the build: what is used of it.
 *
 * @typedef {Pick<import('../../../../src/testing/index.ts').PowerAuthTestServer,
 *   'baseUrl' | 'configuration' | 'createActivation'>} Server
 */

const OTP = '123456';

/**
 * The environment of an app: its home, and what job.mjs wants to know of its bank.
 *
 * @param {Server} server
 * @param {string} home its home folder
 * @param {readonly string[]} [instanceIds] for each there is an activation code
 */
export function environmentOf(server, home, instanceIds = ['main']) {
  const code = (id) => [id, server.createActivation({ otp: OTP }).activationCode];
  const bank = {
    configuration: server.configuration,
    url: `${server.baseUrl}/api/possession/token`,
    otp: OTP,
    codes: Object.fromEntries(instanceIds.map(code)),
  };
  // Nothing else: what the tests run under is no business of the app.
  return { PATH: process.env.PATH, HOME: home, BANK: JSON.stringify(bank) };
}

/**
 * Runs it to its end.
 *
 * @param {Server} server
 * @param {{ readonly command: readonly string[], readonly cwd: string, readonly home: string }} program
 * @returns {Promise<{ stdout: string, stderr: string }>} what it printed
 */
export function runApp(server, { command: [file, ...args], cwd, home }) {
  return promisify(execFile)(file, args, { cwd, env: environmentOf(server, home), timeout: 60_000 });
}
