/**
 * What the documents say of many instances: a plot, a table by their number, and goals for the largest one.
 *
 * @module
 */
import { number, times } from './figures.mjs';
import { fleetSection } from './fleet.mjs';
import { plot } from './plot.mjs';
import { markdownTable, wrapped } from './table.mjs';

/** The plot's file. */
export const PLOT = 'docs/instances.svg';

const us = (value) => `${number(value)} µs`;
const ms = (value) => `${number(value)} ms`;
const ns = (value) => `${number(value)} ns`;
const bytes = (value) => `${number(value)} B`;
const megabytes = (value) => `${number(value / 1e6)} MB`;

const whole = (count) => (count < 10 ? String(count) : number(count));

/** Of so few, memory says nothing: it is lost in what the process holds anyway. */
const SOME = 1000;

/** What is measured: name, how it is shown, the goal where there is one. */
const ROWS = [
  { what: '`configure`', value: ({ configure }) => configure, show: us, most: 15 },
  {
    what: 'memory while idle, each',
    value: ({ idle, count }) => (count < SOME ? undefined : idle),
    show: bytes,
    most: 500,
  },
  {
    what: 'memory with the token in use, each',
    value: ({ inUse, count }) => (count < SOME ? undefined : inUse),
    show: bytes,
    most: 1500,
  },
  {
    what: 'resident memory, all configured',
    value: ({ residentIdle }) => residentIdle,
    show: megabytes,
    most: 400e6,
  },
  {
    what: 'resident memory, all in use, 1 000 cold at a time',
    value: ({ residentInTurn }) => residentInTurn,
    show: megabytes,
    most: 400e6,
  },
  {
    what: 'resident memory, after all were cold at once',
    value: ({ resident }) => resident,
    show: megabytes,
    most: 400e6,
  },
  {
    what: 'of which room for new objects that V8 keeps, empty',
    value: ({ newRoom }) => newRoom,
    show: megabytes,
  },
  {
    what: 'the same, when V8 has returned all its empty pages',
    value: ({ residentInUse }) => residentInUse,
    show: megabytes,
  },
  { what: 'longest pause of the garbage collector', value: ({ pause }) => pause, show: ms, most: 100 },
  {
    what: 'reads, subscriptions and requests before the first use',
    value: ({ touched }) => touched,
    show: String,
    most: 0,
  },
  {
    what: 'requests for the time, all cold at once',
    value: ({ timeRequests }) => timeRequests,
    show: whole,
    most: 1,
  },
  { what: 'first header, all cold at once', value: ({ cold }) => cold, show: us },
  { what: 'header, always of one instance', value: ({ headers }) => headers.same, show: ns },
  {
    what: 'header, in the order of the last turn',
    value: ({ headers }) => headers.inOrder / headers.same,
    show: times,
    most: 1.5,
  },
  {
    what: 'header, in any order',
    value: ({ headers }) => headers.anyOrder / headers.same,
    show: times,
    most: 3,
  },
  {
    what: 'header, two servers in turn',
    value: ({ headers }) =>
      headers.twoServers === undefined ? undefined : headers.twoServers / headers.same,
    show: times,
    most: 1.3,
  },
  {
    what: 'reaching a token store and 128 B of its own in any order, without a header',
    value: ({ touch }) => touch,
    show: ns,
  },
  {
    what: 'finding a plain object in a `Map` in any order, and reading it',
    value: ({ plainMap }) => plainMap,
    show: ns,
  },
  { what: 'one changed record', value: ({ dispatch }) => dispatch, show: us, most: 20 },
  {
    what: '“everything may have changed”',
    value: ({ generalNotice }) => generalNotice,
    show: us,
    most: 5000,
  },
  { what: '`deconfigure`', value: ({ deconfigure }) => deconfigure, show: us, most: 20 },
];

const heads = ({ shared, own }) => [
  ...shared.map(({ count }) => whole(count)),
  `${number(own.count)}, own \`fetch\``,
];

/** A row for each measure; the goal is one for the most instances there are. */
export function instanceRows(results) {
  const all = [...results.shared, results.own];
  return [
    ['instances', ...heads(results), 'goal'],
    // Of some there is nothing in results of earlier runs.
    ...ROWS.filter(({ value }) => all.some((one) => value(one) !== undefined)).map(
      ({ what, value, show, most }) => [
        what,
        ...all.map((one) => (value(one) === undefined ? '' : show(value(one)))),
        most === undefined ? '' : `at most ${show(most)}`,
      ],
    ),
  ];
}

/** Bytes that an idle instance with a `fetch` of its own may take, and one whose token came from the server. */
const MOST_OWN = 4000;
const MOST_FROM_SERVER = 1500;

/** The goals that aren't kept: by the most instances there are, and by instances of other kinds. */
export function missedGoals({ shared, own, serverTokens }) {
  const most = shared.at(-1);
  const missed = ROWS.filter((row) => row.most !== undefined && row.value(most) > row.most);
  return [
    ...missed.map(({ what }) => what),
    ...(own.idle > MOST_OWN ? ['memory while idle, own `fetch`'] : []),
    ...(serverTokens.bytes > MOST_FROM_SERVER ? ['memory with a token from the server'] : []),
  ];
}

const percent = (part) => `${Math.round(part * 100)} %`;

/** What one gateway process does: calls in a second, latencies, and the processor time of both sides. */
export function gatewayRows({ phases }) {
  return [
    ['one gateway process', 'per second', 'median', '99th percentile', 'failed', 'CPU gateway', 'CPU bank'],
    ...phases.map(({ name, perSecond, median, p99, failed, gatewayCpu, bankCpu }) => [
      name,
      number(perSecond),
      ms(median),
      ms(p99),
      String(failed),
      percent(gatewayCpu),
      percent(bankCpu),
    ]),
  ];
}

/** Cost of one call, µs, against the number of instances. */
export function instancesPlot({ shared }) {
  const line = (name, value) => ({ name, points: shared.map((one) => [one.count, value(one)]) });
  return plot(
    [
      line('first header, all cold at once', ({ cold }) => cold),
      line('configure', ({ configure }) => configure),
      line('deconfigure', ({ deconfigure }) => deconfigure),
      line('one changed record', ({ dispatch }) => dispatch),
      line('header, in any order', ({ headers }) => headers.anyOrder / 1000),
      line('header, in the order of the last turn', ({ headers }) => headers.inOrder / 1000),
    ],
    { title: 'Cost of one call against the number of instances', x: 'instances', y: 'µs' },
  );
}

/**
 * The part of docs/performance.md, without the markers.
 *
 * @param results of a run
 * @param {string} description what was measured on
 */
export function instancesSection(results, description) {
  const missed = missedGoals(results);
  return `![Cost of one call against the number of instances](${PLOT.replace('docs/', '')})

${wrapped(`${description}:`)}

${markdownTable(instanceRows(results))}

${wrapped(`An instance with a \`fetch\` of its own may take ${bytes(MOST_OWN)} while idle: it takes ${bytes(results.own.idle)}. An instance whose token came from the server may take ${bytes(MOST_FROM_SERVER)}: it takes ${bytes(results.serverTokens.bytes)} (${number(results.serverTokens.count)} of them).`)}

${missed.length === 0 ? 'All goals are reached.' : wrapped(`Not reached: ${missed.join('; ')}.`)}

${wrapped(`\`examples/gateway\`, ${number(results.gateway.customers)} customers, ${results.gateway.connections} connections. Shares of the processor are those of one core; what is missing to all of it other programs had:`)}

${markdownTable(gatewayRows(results.gateway))}

${fleetSection(results)}`;
}
