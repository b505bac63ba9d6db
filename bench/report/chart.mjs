/**
 * The contestants' results as a bar chart, in SVG: headers per second of one core. Readable on light and on dark ground.
 *
 * @module
 */
import { number, rate } from './figures.mjs';
import { escape } from './svg.mjs';

const WIDTH = 880;
const ROW = 24;
const BAR = 15;
/** Where names end and bars begin. */
const AXIS = 336;
/** Room behind the longest bar, for its value. */
const VALUE = 92;
const TOP = 44;

const KINDS = [
  ['ours', 'powerauth-wasm'],
  ['javascript', 'other JavaScript'],
  ['native', 'native'],
];

const STYLE = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .soft { fill: #57606a }
  line { stroke: #d0d7de }
  .ours { fill: #0969da }
  .javascript { fill: #8c959f }
  .native { fill: #bc8d2c }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .soft { fill: #9198a1 }
    line { stroke: #3d444d }
    .ours { fill: #4493f8 }
    .javascript { fill: #767e87 }
    .native { fill: #c69026 }
  }
  rect.ours, rect.javascript, rect.native { rx: 2px }`;

/** A step of 1, 2 or 5 times a power of ten, of which at most five fit below `most`. */
function gridStep(most) {
  const power = 10 ** Math.floor(Math.log10(most / 5));
  return [1, 2, 5].map((factor) => factor * power).find((step) => most / step <= 5) ?? 10 * power;
}

/**
 * The chart's text.
 *
 * @param {readonly Pick<import('./results.ts').HeaderResult, 'name' | 'kind' | 'median'>[]} headers ns
 * @param {string} title
 */
export function chart(headers, title) {
  const bars = headers
    .map(({ name, kind, median }) => ({ name, kind, perSecond: 1e9 / median }))
    .sort((a, b) => b.perSecond - a.perSecond);
  const most = bars[0].perSecond;
  const x = (perSecond) => AXIS + ((WIDTH - AXIS - VALUE) * perSecond) / most;
  const bottom = TOP + bars.length * ROW;
  const step = gridStep(most);

  const grid = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step).flatMap(
    (value) => [
      `<line x1="${x(value).toFixed(1)}" y1="${TOP - 4}" x2="${x(value).toFixed(1)}" y2="${bottom}"/>`,
      `<text class="soft" x="${x(value).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${number(value)}</text>`,
    ],
  );
  const rows = bars.flatMap(({ name, kind, perSecond }, index) => {
    const y = TOP + index * ROW;
    const width = Math.max(1, x(perSecond) - AXIS).toFixed(1);
    return [
      `<text x="${AXIS - 8}" y="${y + 12}" text-anchor="end">${escape(name)}</text>`,
      `<rect class="${kind}" x="${AXIS}" y="${y}" width="${width}" height="${BAR}"/>`,
      `<text class="soft" x="${(x(perSecond) + 6).toFixed(1)}" y="${y + 12}">${rate(perSecond)}</text>`,
    ];
  });
  let left = AXIS;
  const legend = KINDS.filter(([kind]) => bars.some((bar) => bar.kind === kind)).flatMap(([kind, label]) => {
    const items = [
      `<rect class="${kind}" x="${left}" y="20" width="10" height="10"/>`,
      `<text class="soft" x="${left + 15}" y="29">${escape(label)}</text>`,
    ];
    left += 40 + 6.5 * label.length;
    return items;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 24}" viewBox="0 0 ${WIDTH} ${bottom + 24}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="8" y="29">${escape(title)}</text>`,
    ...[...legend, ...grid, ...rows],
    '</svg>\n',
  ].join('\n');
}
