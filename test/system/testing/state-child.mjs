/**
 * A test server with a state file, in a process that will be killed. Prints its configuration when it is ready.
 *
 *     node state-child.mjs <state file> <port>
 *
 * @module
 */
import { startPowerAuthTestServer } from '../../../dist/testing/index.js';

const [state = '', port] = process.argv.slice(2);
const server = await startPowerAuthTestServer({ state, port: Number(port) });
console.log(JSON.stringify(server.configuration));
