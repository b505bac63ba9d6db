/**
 * The section of the engines.
 *
 * @module
 */

import { drawChart, type Series } from './chart.ts';
import { INSTANCE, powerAuth, TOKEN, type Stored } from './client.ts';
import type { Contestant, Order, Report } from './engines.ts';
import { byId, clear, count, make, onClick, reason, show, visible } from './page.ts';

/** In the order in which they are shown; the same as in ./engines.ts, which is a worker and can't be imported. */
const CONTESTANTS: readonly Contestant[] = ['wasm-simd', 'wasm-scalar', 'js', 'WebCrypto'];

/** ms for each contestant in each round, and between the rounds. */
const TURN = 80;
const PAUSE = 120;
/** It stops by itself, because it uses a whole core. */
const ROUNDS = 60;

/** A contestant in its worker. */
interface Runner {
  readonly name: Contestant;
  readonly rates: number[];
  /** Why it can't run here. */
  readonly problem: string | undefined;
  readonly turn: () => Promise<number>;
}

let workers: Worker[] = [];
/** Set while it measures; replaced when it starts again. */
let running: object | undefined;

/** Sends an order, and waits for its report. */
const order = (worker: Worker, message: Order): Promise<Report> =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Report>) => resolve(data);
    worker.onerror = () => reject(new Error('The worker could not be started'));
    worker.postMessage(message);
  });

async function startRunner(name: Contestant): Promise<Runner> {
  const worker = new Worker('./engines.js', { type: 'module', name });
  workers.push(worker);
  const { configuration } = powerAuth;
  if (configuration === undefined) throw new Error('There is no configuration');
  const report = await order(worker, { contestant: name, instance: INSTANCE, token: TOKEN, configuration });
  return {
    name,
    rates: [],
    problem: typeof report === 'object' && 'error' in report ? report.error : undefined,
    turn: async () => {
      const answer = await order(worker, { turn: TURN });
      if (typeof answer === 'object' && 'rate' in answer) return answer.rate;
      throw new Error(typeof answer === 'object' ? answer.error : 'The worker lost its way');
    },
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Without turns in which the machine had something else to do. */
const smooth = (rates: readonly number[]): number[] =>
  rates.map((_, i) => median(rates.slice(Math.max(0, i - 4), i + 1)));

/** The table, and the lines above it. */
function draw(runners: readonly Runner[]): void {
  const beside = median(runners.find(({ name }) => name === 'WebCrypto')?.rates ?? []);
  const series: Series[] = runners.map(({ name, rates }) => ({ name, values: smooth(rates) }));
  drawChart(byId('chart'), series);
  byId('engine-rows').replaceChildren(
    ...runners.map(({ name, rates, problem }) => {
      const rate = median(rates);
      const value = problem === undefined ? count(rate) : `can’t run here: ${problem}`;
      const ratio = problem !== undefined || beside === 0 ? '' : `${(rate / beside).toFixed(1)}×`;
      return make(
        'tr',
        {},
        make(
          'th',
          { scope: 'row' },
          make('span', { class: 'swatch', 'data-series': name, 'aria-hidden': 'true' }),
          name,
        ),
        make('td', { class: 'number' }, value),
        make('td', { class: 'number' }, ratio),
      );
    }),
  );
}

function stop(): void {
  running = undefined;
  for (const worker of workers) worker.terminate();
  workers = [];
  byId('measure').textContent = 'Measure';
  byId('measure').setAttribute('aria-pressed', 'false');
}

async function rounds(runners: readonly Runner[], run: object): Promise<void> {
  const able = runners.filter(({ problem }) => problem === undefined);
  for (let round = 0; round < ROUNDS; round++) {
    for (const runner of able) {
      runner.rates.push(await runner.turn());
      if (running !== run) return;
    }
    draw(runners);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (running !== run) return;
  }
}

async function measure(): Promise<void> {
  const run = {};
  running = run;
  byId('measure').textContent = 'Stop';
  byId('measure').setAttribute('aria-pressed', 'true');
  clear('engines-result');
  try {
    const runners: Runner[] = [];
    for (const name of CONTESTANTS) {
      runners.push(await startRunner(name));
      if (running !== run) return;
    }
    visible('engines-chart', true);
    await rounds(runners, run);
  } catch (error) {
    if (running === run) show('engines-result', 'bad', reason(error));
  } finally {
    if (running === run) stop();
  }
}

export function startMeasuring(): void {
  onClick('measure', 'engines-result', async () => {
    // It goes on after the click.
    if (running === undefined) void measure();
    else stop();
  });
}

export function showMeasuring({ tokenId }: Stored): void {
  visible('engines-needs', tokenId === undefined);
  visible('engines-body', tokenId !== undefined);
  if (tokenId === undefined && running !== undefined) stop();
}
