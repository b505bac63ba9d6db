/**
 * Adds the token's header to every request that a page sends to the bank: by `fetch`, `<img>`, or a library that knows
 * nothing of PowerAuth. The page activates; the activation is in IndexedDB, which page and worker share. Bundle it as a
 * file of its own, and register it with `type: 'module'`.
 *
 * @module
 */
import { PowerAuth, PowerAuthAuthentication } from 'powerauth-wasm';
import { powerAuthFetch } from 'powerauth-wasm/fetch';
import { bank, client, configuration, instanceId } from './settings.js';

const powerAuth = new PowerAuth(instanceId);
const send = powerAuthFetch(powerAuth, {
  origins: [bank],
  token: { name: 'api', authentication: () => PowerAuthAuthentication.possession() },
});

/** Browsers end a worker that is idle, and start it again. */
let ready;
const configured = () => (ready ??= powerAuth.configure(configuration, client));

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== bank || request.mode === 'navigate') return;
  event.respondWith(configured().then(() => send(request)));
});
