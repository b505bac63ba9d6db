/** What a client that stands still after a failover waits for. Nothing of this is secret. */

import { inTime } from '../../../src/util/patience.ts';
import type { PowerAuth } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { ask } from '../../helpers/redis-cluster.mjs';

/** The last errors of a client. */
export class LastErrors {
  readonly #texts = new Map<string, number>();

  add(error: unknown): void {
    const { code = '' } = error as { code?: unknown };
    const text = `${String(code)} ${error instanceof Error ? error.message : typeof error}`;
    const count = this.#texts.get(text) ?? 0;
    this.#texts.delete(text);
    this.#texts.set(text, count + 1);
  }

  /** The last five different ones, and how often each has occurred. */
  get texts(): readonly string[] {
    return [...this.#texts].slice(-5).map(([text, count]) => `${count} times ${text}`);
  }
}

/** The tickets of all locks of a store on one server, in their order. */
async function locksAt(url: string): Promise<unknown> {
  const [flat, [seconds, micros]] = (await Promise.all([
    ask({ url }, 'HGETALL', '{powerauth-wasm}:locks'),
    ask({ url }, 'TIME'),
  ])) as [string[] | Record<string, string>, [string, string]];
  const now = Number(seconds) * 1000 + Number(micros) / 1000;
  const lists = Array.isArray(flat) ? flat.filter((_, i) => i % 2 === 1) : Object.values(flat);
  return lists.map((list) =>
    (JSON.parse(list) as { id: string; pid: number; deadline: number }[]).map(
      ({ id, pid, deadline }) => `${id.slice(0, 8)} of ${pid}, ${Math.round(deadline - now)} ms left`,
    ),
  );
}

/** Runs a check; if it fails, the error says how everything stood then. */
export async function diagnosed(
  check: () => Promise<unknown>,
  {
    url,
    server,
    client,
    more,
  }: {
    readonly url: string;
    readonly server: PowerAuthTestServer;
    readonly client: PowerAuth;
    readonly more: () => unknown;
  },
): Promise<void> {
  try {
    await check();
  } catch (error) {
    const told = async (work: () => unknown): Promise<unknown> => {
      try {
        return await inTime(Promise.resolve(work()), 3000, () => new Error('no answer within 3 s'));
      } catch (cause) {
        return String(cause);
      }
    };
    const locks = await told(() => locksAt(url));
    const activationId = (await told(() => client.getActivationIdentifier())) as string;
    const { state, failCount, counter } = server.activation(activationId) ?? {};
    const last = server.requests.slice(-20).map(({ path, status }) => `${status} ${path}`);
    const status = await told(() => client.fetchActivationStatus());
    const found = { locks, activation: { state, failCount, counter }, last, more: await told(more), status };
    throw new Error(`${(error as Error).message}\n${JSON.stringify(found, undefined, 2)}`, { cause: error });
  }
}
