/**
 * A program in CommonJS, in a sandbox that hides globals of Node as jest-environment-jsdom does: it has its own classes
 * of the language, and what `require` finds there are files of the package, by the conditions of Jest.
 *
 *     node test/system/package/sandbox.mjs <JSON for the program> [what is loaded before it] ...
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import Module, { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const require = createRequire(import.meta.url);
const { exports, imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const SEEN = ['process', 'Buffer', 'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];
const DOM = ['AbortController', 'AbortSignal', 'performance', 'queueMicrotask', 'URL', 'atob', 'btoa'];
const globals = Object.fromEntries([...SEEN, ...DOM].map((name) => [name, globalThis[name]]));
const randomOnly = { getRandomValues: (array) => crypto.getRandomValues(array) };
const sandbox = createContext({ ...globals, crypto: randomOnly, document: {} });

const modules = new Map();

function load(file) {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(file, module);
  const run = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file }).runInContext(sandbox);
  run(module.exports, (name) => requireFrom(file, name), module, file, dirname(file));
  return module.exports;
}

function requireFrom(file, name) {
  if (isBuiltin(name)) return require(name);
  const subpath = name.replace(/^powerauth-wasm/, '.');
  const own = exports[subpath]?.require ?? imports[name]?.browser;
  return load(own === undefined ? createRequire(file).resolve(name) : join(root, own));
}

const PROGRAM = `
  const { PowerAuth, PowerAuthActivation, PowerAuthAuthentication, PowerAuthError } = require('powerauth-wasm');
  const { memoryStorage } = require('powerauth-wasm/storage/memory');
  const [, , told, ...setup] = process.argv;
  (async () => {
    const { configuration, activationCode, otp, password } = JSON.parse(told);
    const powerAuth = new PowerAuth('sandbox');
    await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, { storage: memoryStorage(), pbkdf2Iterations: 10_000 });
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'sandbox');
    activation.additionalActivationOtp = otp;
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
    await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
    const { value } = await powerAuth.tokenStore.generateHeaderForToken('token');
    const { state } = await powerAuth.fetchActivationStatus();
    const missing = await powerAuth.tokenStore.generateHeaderForToken('none').catch((error) => error);
    const aborted = await fetch(configuration.baseEndpointUrl, { signal: AbortSignal.abort('enough') }).catch(String);
    const { engine } = powerAuth;
    await powerAuth.deconfigure();
    return { engine, state, value, missing: missing instanceof PowerAuthError && missing.code, aborted,
      bytes: new TextEncoder().encode('x') instanceof Uint8Array };
  })()`;

try {
  for (const name of process.argv.slice(3)) requireFrom(import.meta.filename, name);
  const program = new Script(`(require) => {${PROGRAM.replace('(async', 'return (async')}}`).runInContext(
    sandbox,
  );
  console.log(JSON.stringify(await program((name) => requireFrom(import.meta.filename, name))));
} catch ({ name, code, message, stack }) {
  console.log(JSON.stringify({ name, code, message, ...(code === undefined && { stack }) }));
}
