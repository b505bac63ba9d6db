import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A wire to a server of this machine, which a test can cut. */
export interface Wire {
  readonly url: string;
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
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    if (state === 'cut') near.destroy();
    if (state !== 'whole') return;
    const far = connect(port, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => undefined);
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    destroyAll();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    mute: () => {
      state = 'muted';
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    mend: () => {
      state = 'whole';
    },
  };
}
