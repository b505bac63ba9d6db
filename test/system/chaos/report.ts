/** What a chaos run prints. */

import color from 'picocolors';
import type { Network } from '../../helpers/network.mjs';
import type { Counters } from './counters.ts';
import type { Ledger, Tally } from './ledger.ts';

const isTerminal = process.stdout.isTTY;
/** Of each list of what went wrong, at most so many lines. */
const LINES = 12;

const number = (value: number): string => value.toLocaleString('en');

export class Report {
  #started = performance.now();
  readonly #seconds: number;
  readonly #happening = new Map<string, number>();

  constructor(
    driver: string,
    title: string,
    {
      seconds,
      seed,
      network,
    }: { readonly seconds: number; readonly seed: number; readonly network: Network },
  ) {
    this.#seconds = seconds;
    const slow = { netem: 'slow by tc netem', tbf: 'slow by a low rate (no netem here)' };
    const links = network.slowBy === undefined ? 'never slow' : slow[network.slowBy];
    const where = network.hasMachines
      ? `each machine a network namespace; links ${links}`
      : 'all on this machine: network namespaces are not permitted, a relay cuts and delays';
    console.log(color.bold(`\nChaos: ${title}`));
    console.log(color.dim(`${seconds} s; ${where}`));
    console.log(color.dim(`seed ${seed}; again: SEED=${seed} npm run test:chaos -- ${driver} ${seconds}\n`));
  }

  /** Faults begin now. */
  start(): void {
    this.#started = performance.now();
  }

  begin(fault: string): void {
    this.#happening.set(fault, performance.now());
    this.#line(`${color.red('↓')} ${fault}`);
  }

  end(fault: string): void {
    const ms = performance.now() - (this.#happening.get(fault) ?? 0);
    this.#happening.delete(fault);
    this.#line(`${color.green('↑')} ${fault} ${color.dim(`after ${(ms / 1000).toFixed(1)} s`)}`);
  }

  phase(what: string): void {
    this.#line(what);
  }

  /** The line that changes. */
  show(ledger: Ledger, counters: Counters): void {
    if (!isTerminal) return;
    const done = [...ledger.done.values()].reduce((sum, count) => sum + count, 0);
    const failed = [...ledger.failed.values()].reduce((sum, count) => sum + count, 0);
    const faults = [...this.#happening.keys()].join(', ') || 'nothing';
    const wrong = ledger.wrong.length === 0 ? '' : color.red(`  ${ledger.wrong.length} wrong`);
    process.stdout.write(
      `\r\u001b[K${this.#clock()} of ${this.#seconds} s  ${number(done)} calls, ${number(failed)} failed, ` +
        `${number(counters.requests)} signed  ${color.dim(`now: ${faults}`)}${wrong}`,
    );
  }

  /** Prints what happened; returns whether all is well. */
  result(ledger: Ledger, counters: Counters, faults: Tally): boolean {
    const { wrong, done, failed } = ledger;
    const counts = (tally: Tally): string =>
      [...tally].map(([name, count]) => `${name} ${number(count)}`).join(', ') || 'none';
    this.#line('');
    console.log(`faults        ${counts(faults)}`);
    console.log(`done          ${counts(done)}`);
    console.log('failed calls, as they must while something is broken:');
    const most = [...failed].sort(([, one], [, other]) => other - one);
    for (const [message, count] of most.slice(0, LINES))
      console.log(`  ${number(count).padStart(6)}  ${message}`);
    console.log();
    const held = wrong.length === 0;
    const [there, gone] = [ledger.tokens('there').length, ledger.tokens('gone').length];
    const rows: readonly (readonly [count: number, what: string, claim: string])[] = [
      [counters.requests, 'signed requests', 'no counter value was sent twice, no counter went back'],
      [counters.refused, 'of them refused', ''],
      [there, 'tokens were confirmed', 'all are there and work'],
      [gone, 'tokens were removed', 'all are gone'],
      [ledger.links, 'links were written under one lock', 'none by two holders'],
    ];
    for (const [count, what, claim] of rows) {
      const isClaimed = held && claim !== '';
      console.log(
        `${isClaimed ? color.green('✓') : ' '} ${number(count)} ${what}${isClaimed ? `: ${claim}` : ''}`,
      );
    }
    for (const what of new Set(wrong.slice(0, LINES))) console.log(`${color.red('✗')} ${what}`);
    if (wrong.length > LINES) console.log(color.red(`  and ${wrong.length - LINES} more`));
    console.log(held ? color.green('\nheld\n') : color.red('\nBROKEN\n'));
    return held;
  }

  #clock(): string {
    return ((performance.now() - this.#started) / 1000).toFixed(1).padStart(6);
  }

  #line(text: string): void {
    if (isTerminal) process.stdout.write('\r\u001b[K');
    console.log(text === '' ? '' : `${color.dim(this.#clock())}  ${text}`);
  }
}
