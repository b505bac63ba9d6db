import { onTestFinished } from 'vitest';
import { Relay } from '../../helpers/relay.mjs';

const HERE = '127.0.0.1';

/** A wire to a server of this machine, which a test can cut. */
export interface Wire extends Pick<Relay, 'trips' | 'delay' | 'cut' | 'mute' | 'mend'> {
  readonly url: string;
  /** Leads new connections to another port; those that are there stay. */
  lead(port: number): void;
}

/** A wire to a port, which ends with the test. */
export async function testWire(port: number): Promise<Wire> {
  const relay = await Relay.start({ host: HERE, port });
  onTestFinished(() => relay.close());
  return {
    url: `redis://${HERE}:${relay.port}`,
    trips: () => relay.trips(),
    delay: (ms) => relay.delay(ms),
    lead: (other) => relay.lead({ host: HERE, port: other }),
    cut: () => relay.cut(),
    mute: () => relay.mute(),
    mend: () => relay.mend(),
  };
}
