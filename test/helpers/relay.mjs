/**
 * An address that leads to a server elsewhere, as that of a load balancer does.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {{ readonly host: string, readonly port: number }} Target */

/** Passes on what arrives, in both directions. */
export class Relay {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** @type {Target} */
  #target;
  /** @type {'whole' | 'cut' | 'muted'} */
  #state = 'whole';
  #ms = 0;
  #trips = 0;
  #server;

  /**
   * @param {Target} target
   * @param {string} [host] the address that it listens on
   * @returns {Promise<Relay>} the caller closes it
   */
  static async start(target, host = '127.0.0.1') {
    const relay = new Relay(target);
    relay.#server.listen(0, host);
    await once(relay.#server, 'listening');
    return relay;
  }

  /**
   * @private use {@link Relay.start}
   * @param {Target} target
   */
  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#connect(near));
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  /** How often something left for the server since the last look: what leaves together counts once. */
  trips() {
    const since = this.#trips;
    this.#trips = 0;
    return since;
  }

  /** Lets each way take so long, in ms: a round trip takes twice that. @param {number} ms */
  delay(ms) {
    this.#ms = ms;
  }

  /** Leads new connections to another server; those that are there stay. @param {Target} target */
  lead(target) {
    this.#target = target;
  }

  /** Ends the connections that are there. */
  drop() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends all connections, and refuses new ones. */
  cut() {
    this.#state = 'cut';
    this.drop();
  }

  /** Lets nothing through, and tells nobody. */
  mute() {
    this.#state = 'muted';
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data');
      socket.pause();
    }
  }

  /** Ends {@link cut} and {@link mute}; connections that were muted stay so. */
  mend() {
    this.#state = 'whole';
  }

  async close() {
    this.drop();
    this.#server.close();
  }

  /** @param {import('node:net').Socket} near */
  #connect(near) {
    this.#keep(near);
    if (this.#state === 'cut') near.destroy();
    if (this.#state !== 'whole') return;
    const far = connect(this.#target.port, this.#target.host);
    this.#keep(far);
    this.#pass(near, far);
    this.#pass(far, near);
    near.on('data', () => this.#trips++);
  }

  /** @param {import('node:net').Socket} socket */
  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }

  /**
   * @param {import('node:net').Socket} from
   * @param {import('node:net').Socket} to
   */
  #pass(from, to) {
    const later = (/** @type {() => void} */ work) => {
      if (this.#ms === 0) work();
      else setTimeout(work, this.#ms);
    };
    from.on('data', (data) => later(() => to.write(data)));
    from.on('close', () => later(() => to.destroy()));
  }
}
