/**
 * The end of a server.
 *
 * @module
 */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends a server and all its connections. Node's own `closeAllConnections` leaves out those whose TLS handshake isn't
 * complete, and the server would wait two minutes for each.
 *
 * @param server that doesn't listen yet
 * @returns ends it; calling it again has no effect
 */
export function ender(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let ended: Promise<void> | undefined;
  return () => {
    ended ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    });
    return ended;
  };
}
