/**
 * Machines of a network of one's own: network namespaces of Linux, which a router connects. The router is the namespace
 * that {@link insideNetwork} starts a program in. Where that isn't permitted, all machines are this one.
 *
 * @module
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

/** Set inside the router. */
const MARK = 'POWERAUTH_WASM_NETWORK';

/** Whether {@link insideNetwork} started this program. */
export const isInside = () => process.env[MARK] !== undefined;

const ISOLATED = [
  // Users other than root keep their id: some servers refuse to run as root.
  ...(process.getuid?.() === 0 ? [] : ['--map-current-user', '--keep-caps']),
  // Everything in there ends with its first process.
  ...['--net', '--pid', '--fork', '--mount-proc', '--kill-child', '--'],
];

const PROBE = `ip link set lo up && ip link add probe type veth peer name eborp &&
  ip rule add pref 9 from 10.77.250.1 to 10.77.250.2 blackhole && echo 1 > /proc/sys/net/ipv4/ip_forward &&
  unshare --net --pid --fork --mount-proc --kill-child -- true`;

/** Whether namespaces are permitted here. */
export const hasNamespaces = () => spawnSync('unshare', [...ISOLATED, 'sh', '-c', PROBE]).status === 0;

/**
 * Runs a Node program where it can make machines, or as it is where that isn't permitted. Interrupts reach it.
 *
 * @param {readonly string[]} args of Node
 * @param {{ isPermitted?: boolean, env?: NodeJS.ProcessEnv }} [options] `isPermitted`: false makes do without namespaces
 * @returns {Promise<number>} its exit code
 */
export async function insideNetwork(args, { isPermitted = hasNamespaces(), env = process.env } = {}) {
  const [program = '', ...rest] = isPermitted
    ? ['unshare', ...ISOLATED, process.execPath, ...args]
    : [process.execPath, ...args];
  const child = spawn(program, rest, {
    stdio: 'inherit',
    env: { ...env, [MARK]: isPermitted ? 'namespaces' : 'none' },
  });
  const ignore = () => undefined;
  process.on('SIGINT', ignore).on('SIGTERM', ignore);
  const [code] = await once(child, 'close');
  return code ?? 1;
}

/** @param {string} program @param {readonly string[]} args */
const run = (program, ...args) => void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });

/**
 * A machine, or an address of the router.
 *
 * @typedef {object} Machine
 * @property {string} name
 * @property {string} address
 * @property {readonly string[]} under a command that runs a program there, and that the program takes the place of
 * @property {readonly string[]} alone the same, but the program sees no other processes, as in a container
 */

/** The machines of a program that {@link insideNetwork} started. */
export class Network {
  #count = 0;
  /** @type {'netem' | 'tbf' | undefined} */
  #slow;
  hasMachines = process.env[MARK] === 'namespaces';

  constructor() {
    if (!this.hasMachines) return;
    run('ip', 'link', 'set', 'lo', 'up');
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
    // Rules that drop packets come before the one that delivers them to the router itself.
    run('ip', 'rule', 'add', 'pref', '100', 'lookup', 'local');
    run('ip', 'rule', 'del', 'pref', '0');
    const can = (/** @type {readonly string[]} */ kind) =>
      spawnSync('tc', ['qdisc', 'replace', 'dev', 'lo', 'root', ...kind]).status === 0;
    if (can(['netem', 'delay', '1ms'])) this.#slow = 'netem';
    else if (can(['tbf', 'rate', '1gbit', 'burst', '1mb', 'latency', '1s'])) this.#slow = 'tbf';
    spawnSync('tc', ['qdisc', 'del', 'dev', 'lo', 'root']);
  }

  /** How links are made slow: by a delay, by a low rate, or not at all. */
  get slowBy() {
    return this.#slow;
  }

  /**
   * Another address of the router, or this machine's.
   *
   * @param {string} name
   * @returns {Machine}
   */
  address(name) {
    if (!this.hasMachines) return { name, address: '127.0.0.1', under: [], alone: [] };
    const address = `10.77.0.${++this.#count}`;
    run('ip', 'addr', 'add', `${address}/32`, 'dev', 'lo');
    return { name, address, under: [], alone: [] };
  }

  /**
   * A new machine, or this one.
   *
   * @param {string} name
   * @returns {Promise<Machine>}
   */
  async machine(name) {
    if (!this.hasMachines) return { name, address: '127.0.0.1', under: [], alone: [] };
    const number = ++this.#count;
    const holder = spawn('unshare', ['--net', '--', 'sh', '-c', 'echo there; exec cat > /dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(/** @type {import('node:stream').Readable} */ (holder.stdout), 'data');
    holder.unref();
    const under = ['nsenter', '-t', String(holder.pid), '-n', '--'];
    const there = (/** @type {readonly string[]} */ ...args) => run('nsenter', ...under.slice(1), ...args);
    const [near, far] = [`10.77.${number}.1`, `10.77.${number}.2`];
    run(
      'ip',
      'link',
      'add',
      linkOf(far),
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      String(holder.pid),
    );
    run('ip', 'addr', 'add', `${near}/24`, 'dev', linkOf(far));
    run('ip', 'link', 'set', linkOf(far), 'up');
    there('ip', 'link', 'set', 'lo', 'up');
    there('ip', 'addr', 'add', `${far}/24`, 'dev', 'eth0');
    there('ip', 'link', 'set', 'eth0', 'up');
    there('ip', 'route', 'add', 'default', 'via', near);
    const alone = [...under, 'unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '--'];
    return { name, address: far, under, alone };
  }

  /**
   * Drops all packets between two machines, silently.
   *
   * @param {Machine} one
   * @param {Machine} other
   * @returns {() => void} what ends that
   */
  cut(one, other) {
    const rules = [
      ['from', one.address, 'to', other.address, 'blackhole', 'pref', '10'],
      ['from', other.address, 'to', one.address, 'blackhole', 'pref', '10'],
    ];
    for (const rule of rules) run('ip', 'rule', 'add', ...rule);
    return () => {
      for (const rule of rules) run('ip', 'rule', 'del', ...rule);
    };
  }

  /**
   * Makes a machine's link slow.
   *
   * @param {Machine} machine
   * @returns {() => void} what ends that
   */
  slow(machine) {
    const kind = {
      netem: ['netem', 'delay', '60ms', '30ms'],
      // About 200 ms for a full packet.
      tbf: ['tbf', 'rate', '64kbit', 'burst', '1600', 'latency', '2s'],
    };
    if (this.#slow === undefined) throw new Error('links cannot be made slow here');
    const link = ['dev', linkOf(machine.address), 'root'];
    run('tc', 'qdisc', 'replace', ...link, ...kind[this.#slow]);
    return () => run('tc', 'qdisc', 'del', ...link);
  }
}

/** The router's end of the link to a machine. @param {string} address */
const linkOf = (address) => `m${address.split('.')[2]}`;
