/**
 * The embedded server in a separate process, so that its work doesn't count as a client's: see ./test-server.mjs.
 *
 * @module
 */
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

const server = await startPowerAuthTestServer();
process.on('message', ({ id, call, args }) => process.send?.({ id, result: server[call](...args) }));
process.once('disconnect', () => process.exit());
process.send?.({ configuration: server.configuration });
