/**
 * The test server as a process: a line of JSON on stdin calls one of its methods or adds a fault, a line on stdout is the
 * answer.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import { startPowerAuthTestServer } from '../../../dist/testing/index.js';

const server = await startPowerAuthTestServer();
console.log(JSON.stringify(server.configuration));
for await (const line of createInterface({ input: process.stdin })) {
  const { method, args } = JSON.parse(line);
  const owner = method in server.faults ? server.faults : server;
  const value = owner[method];
  const answer = typeof value === 'function' ? await value.apply(owner, args) : value;
  console.log(JSON.stringify({ answer: answer ?? null }));
}
await server.close();
