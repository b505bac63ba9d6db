// Starts a bank and a gateway, gives the gateway its customers, and puts it under load.
import { load } from './load.mjs';
import { Child } from './parent.mjs';

/** Activations in progress at a time. */
const AT_ONCE = 50;
const CONNECTIONS = 64;

/** What is measured: the gateway's path, and its name. @type {[string, string][]} */
const PHASES = [
  ['headers', 'token headers, any customer'],
  ['plain', 'requests without a signature, accepted by the bank'],
  ['signed', 'signed requests, accepted by the bank'],
  ['tokens', 'token requests'],
];

/**
 * Measures. Shares of the CPU are those of one core.
 *
 * @param {{ customers: number, seconds: number, progress: (what: string) => void }} options
 */
export async function runGateway({ customers, seconds, progress }) {
  const bank = await new Child('bank.mjs').ready();
  const gateway = await new Child('gateway.mjs').ready().catch(async (error) => {
    await bank.end();
    throw error;
  });
  try {
    const configuration = await bank.tell('configuration');
    const start = performance.now();
    for (let done = 0; done < customers; done += AT_ONCE) {
      const count = Math.min(AT_ONCE, customers - done);
      const codes = await bank.tell('codes', count);
      await gateway.tell('activate', configuration, codes, done);
      await bank.tell(
        'commit',
        codes.map(({ activationId }) => activationId),
      );
      await gateway.tell('requestTokens', done, done + count);
      progress(`${done + count} of ${customers} customers activated, with a token each`);
    }
    const activated = (performance.now() - start) / customers;
    progress('restart');
    const configured = (await gateway.tell('restart', configuration)) / customers;
    const port = await gateway.tell('listen');
    const phases = [];
    for (const [what, name] of PHASES) {
      progress(name);
      // Warm: tokens loaded, code compiled.
      await load({ port, what, customers, seconds: seconds / 4, connections: CONNECTIONS });
      const before = await Promise.all([gateway.cpu(), bank.cpu()]);
      const begun = performance.now();
      const measured = await load({ port, what, customers, seconds, connections: CONNECTIONS });
      const took = performance.now() - begun;
      const after = await Promise.all([gateway.cpu(), bank.cpu()]);
      const [gatewayCpu, bankCpu] = after.map((cpu, i) => (cpu - before[i]) / took);
      phases.push({ what, name, ...measured, gatewayCpu, bankCpu });
    }
    const memory = await gateway.tell('memory');
    await gateway.tell('close');
    await bank.tell('close');
    return { customers, connections: CONNECTIONS, activated, configured: configured * 1000, memory, phases };
  } finally {
    await Promise.all([gateway.end(), bank.end()]);
  }
}
