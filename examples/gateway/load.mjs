// A load generator: some connections, each of which sends its next request when the last one is answered.
import { Agent, request } from 'node:http';

/** @typedef {{ perSecond: number, median: number, p99: number, failed: number, sent: number }} Load */

/** Sends one request, and resolves to whether it was answered with 200. @returns {Promise<boolean>} */
function send(agent, port, path) {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', path, method: 'POST' }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

/**
 * Sends requests for so many seconds; latencies are in ms.
 *
 * @param {{ port: number, what: string, customers: number, seconds: number, connections: number }} options
 * @returns {Promise<Load>}
 */
export async function load({ port, what, customers, seconds, connections }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  let failed = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const connection = async () => {
    while (performance.now() < end) {
      const begun = performance.now();
      const customer = Math.floor(Math.random() * customers);
      if (!(await send(agent, port, `/${what}/${customer}`))) failed++;
      latencies.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const took = (performance.now() - start) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / took,
    median: at(latencies, 0.5),
    p99: at(latencies, 0.99),
    failed,
    sent: latencies.length,
  };
}
