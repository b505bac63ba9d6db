/**
 * The spans of a trace as a picture, in SVG: a row each, in the order of their beginnings.
 *
 * @module
 */
import { escape, FONTS } from '../../bench/report/svg.mjs';

/** @typedef {import('@opentelemetry/sdk-trace-base').ReadableSpan} Span */

const WIDTH = 880;
const ROW = 20;
const BAR = 11;
/** Where names end and bars begin. */
const AXIS = 260;
/** Room behind the last bar, for its duration. */
const VALUE = 100;
const TOP = 56;
const INDENT = 14;
const STATUS = 'http.response.status_code';

/** @type {readonly (readonly [kind: string, label: string])[]} */
const KINDS = [
  ['app', "the app's spans"],
  ['bank', "requests to the app's own server"],
  ['request', 'requests to the PowerAuth server'],
  ['storage', 'storage'],
  ['lock', 'waits for locks'],
  ['dot', 'events'],
];

const STYLE = `${FONTS}
  .app { fill: #8c959f }
  .bank { fill: #8250df }
  .request { fill: #0969da }
  .storage { fill: #1a7f37 }
  .lock { fill: #bc8d2c }
  .dot { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    .app { fill: #767e87 }
    .bank { fill: #ab7df8 }
    .request { fill: #4493f8 }
    .storage { fill: #3fb950 }
    .lock { fill: #c69026 }
    .dot { fill: #f85149 }
  }
  rect { rx: 2px }`;

/** @param {import('@opentelemetry/api').HrTime} time */
const ms = ([seconds, nanoseconds]) => seconds * 1e3 + nanoseconds / 1e6;

/** @param {Span} span */
function kindOf({ attributes, name }) {
  if ('powerauth.path' in attributes) return 'request';
  if ('powerauth.operation' in attributes) return 'storage';
  if (STATUS in attributes) return 'bank';
  return name === 'wait for lock' ? 'lock' : 'app';
}

/** @param {readonly Span[]} spans @param {Span} span @returns {number} how many ancestors it has */
function depthOf(spans, { parentSpanContext }) {
  const parent = spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId);
  return parent === undefined ? 0 : 1 + depthOf(spans, parent);
}

/**
 * The picture's text.
 *
 * @param {readonly Span[]} spans
 * @param {string} title
 */
export function picture(spans, title) {
  const begin = Math.min(...spans.map(({ startTime }) => ms(startTime)));
  const most = Math.max(...spans.map(({ endTime }) => ms(endTime))) - begin;
  const x = (time) => AXIS + ((WIDTH - AXIS - VALUE) * time) / most;
  const rows = spans
    .map((span) => ({ span, depth: depthOf(spans, span), from: ms(span.startTime) - begin }))
    // The app's spans begin at whole milliseconds, up to 1 ms too early.
    .sort((a, b) => Math.floor(a.from) - Math.floor(b.from) || a.depth - b.depth || a.from - b.from);
  const bottom = TOP + rows.length * ROW;
  const height = bottom + 26;
  const step = [10, 20, 50, 100, 200, 500].find((candidate) => most / candidate <= 8) ?? 1000;

  const grid = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step).flatMap(
    (time) => [
      `<line x1="${x(time).toFixed(1)}" y1="${TOP - 4}" x2="${x(time).toFixed(1)}" y2="${bottom}"/>`,
      `<text class="soft" x="${x(time).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${time} ms</text>`,
    ],
  );
  const bars = rows.flatMap(({ span, depth, from }, index) => {
    const y = TOP + index * ROW;
    const took = ms(span.duration);
    const width = Math.max(2, x(took) - AXIS);
    const dots = span.events.map(
      ({ time }) => `<circle class="dot" cx="${x(ms(time) - begin).toFixed(1)}" cy="${y + 8.5}" r="4"/>`,
    );
    const notes = [
      `${took.toFixed(1)} ms`,
      ...(STATUS in span.attributes ? [`${span.attributes[STATUS]}`] : []),
      ...span.events.map(({ attributes }) => `token ${attributes?.['powerauth.action']}`),
    ];
    return [
      `<text x="${8 + depth * INDENT}" y="${y + 13}">${escape(span.name)}</text>`,
      `<rect class="${kindOf(span)}" x="${x(from).toFixed(1)}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR}"/>`,
      ...dots,
      `<text class="soft" x="${(x(from) + width + 6).toFixed(1)}" y="${y + 13}">${escape(notes.join(', '))}</text>`,
    ];
  });
  let left = 8;
  const legend = KINDS.flatMap(([kind, label]) => {
    const items = [
      `<rect class="${kind}" x="${left}" y="34" width="10" height="10"/>`,
      `<text class="soft" x="${left + 15}" y="43">${escape(label)}</text>`,
    ];
    left += 34 + 6.2 * label.length;
    return items;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="8" y="20">${escape(title)}</text>`,
    ...[...legend, ...grid, ...bars],
    '</svg>\n',
  ].join('\n');
}
