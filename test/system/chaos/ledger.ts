/** What the clients were told, and what must therefore be true. */

import type { News, TokenName } from './news.ts';

/** A token, as those who made and removed it know it. */
interface KnownToken extends TokenName {
  state: 'there' | 'unknown' | 'gone';
}

/** Counts, for people. */
export type Tally = Map<string, number>;

export const count = (tally: Tally, what: string): void => void tally.set(what, (tally.get(what) ?? 0) + 1);

/** Everything that was heard. */
export class Ledger {
  readonly #tokens = new Map<string, KnownToken>();
  /** The links of the chain that were seen, by number. */
  readonly #links = new Map<number, string>();
  #acknowledged = 0;
  readonly done: Tally = new Map();
  readonly failed: Tally = new Map();
  /** What must never happen, and did. */
  readonly wrong: string[] = [];

  hear(news: News): void {
    switch (news.news) {
      case 'got':
        this.#token(news).state = 'there';
        break;
      case 'removing':
        this.#token(news).state = 'unknown';
        return;
      case 'removed':
        this.#token(news).state = 'gone';
        break;
      case 'read':
        this.#see(news);
        return;
      case 'wrote':
        this.#see(news);
        this.#acknowledged = Math.max(this.#acknowledged, news.number);
        break;
      case 'failed':
        count(this.failed, `${news.code}: ${news.message.replaceAll(/\d+/g, '#').slice(0, 70)}`);
        return;
      case 'wrong':
        this.wrong.push(news.what);
        return;
      default:
    }
    count(this.done, news.news);
  }

  /** Tokens that must be there, and tokens that must not. */
  tokens(state: 'there' | 'gone'): TokenName[] {
    return [...this.#tokens.values()].filter((token) => token.state === state);
  }

  /** How many links of the chain were seen. */
  get links(): number {
    return this.#links.size;
  }

  /** The chain at the end: none of its acknowledged links may be missing. */
  end(number: number, id: string): void {
    this.#see({ number, id });
    if (number < this.#acknowledged) {
      this.wrong.push(`the chain ends with ${number}, but ${this.#acknowledged} was acknowledged`);
    }
  }

  #see({ number, id }: { number: number; id: string }): void {
    const known = this.#links.get(number);
    if (known === undefined) this.#links.set(number, id);
    else if (known !== id) this.wrong.push(`two holders of the lock wrote link ${number}`);
  }

  #token(token: TokenName): KnownToken {
    const key = `${token.instanceId} ${token.name}`;
    const known = this.#tokens.get(key) ?? {
      instanceId: token.instanceId,
      name: token.name,
      state: 'unknown',
    };
    this.#tokens.set(key, known);
    return known;
  }
}
