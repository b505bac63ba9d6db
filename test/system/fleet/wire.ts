import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A wire to a server of this machine, which a test can cut. */
export interface Wire {
  readonly url: string;
  /** How often something left for the server since the last look: what leaves together counts once. */
  trips(): number;
  /** Lets each way take so long, in ms: a round trip takes twice that. */
  delay(ms: number): void;
  /** Leads new connections to another port; those that are there stay. */
  lead(port: number): void;
  /** Ends all connections, and refuses new ones. */
  cut(): void;
  /** Lets nothing through, and tells nobody. */
  mute(): void;
  /** Ends {@link cut} and {@link mute}; connections that were muted stay so. */
  mend(): void;
}

/** A wire to a port, which ends with the test. */
export async function testWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'muted' = 'whole';
  let target = port;
  let ms = 0;
  let trips = 0;
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const pass = (from: Socket, to: Socket): void => {
    const later = (work: () => void): void => {
      if (ms === 0) work();
      else setTimeout(work, ms);
    };
    from.on('data', (data) => later(() => to.write(data)));
    from.on('close', () => later(() => to.destroy()));
    from.on('error', () => undefined);
  };
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    if (state === 'cut') near.destroy();
    if (state !== 'whole') return;
    const far = connect(target, '127.0.0.1');
    sockets.add(far);
    pass(near, far);
    pass(far, near);
    near.on('data', () => trips++);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    destroyAll();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    trips: () => {
      const since = trips;
      trips = 0;
      return since;
    },
    delay: (each) => {
      ms = each;
    },
    lead: (other) => {
      target = other;
    },
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    mute: () => {
      state = 'muted';
      for (const socket of sockets) {
        socket.removeAllListeners('data');
        socket.pause();
      }
    },
    mend: () => {
      state = 'whole';
    },
  };
}
