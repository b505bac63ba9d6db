/**
 * Ports for servers that can't choose one themselves.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports that this process was given: those who got one may not listen on it yet. */
const given = new Set();

/**
 * A port of this machine that nobody listens on, another one at each call.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    server.close();
    await once(server, 'close');
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
