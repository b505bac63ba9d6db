/**
 * Lines over logarithmic axes, in SVG. Readable on light and on dark ground.
 *
 * @module
 */
import { escape, FONTS } from './svg.mjs';

const WIDTH = 880;
const HEIGHT = 420;
const LEFT = 72;
/** Room behind the lines, for their names. */
const RIGHT = 250;
const TOP = 48;
const BOTTOM = 44;
/** Between two names, at least. */
const NAME = 15;

const COLORS = [
  ['#0969da', '#4493f8'],
  ['#bc8d2c', '#c69026'],
  ['#1a7f37', '#3fb950'],
  ['#8250df', '#a371f7'],
  ['#cf222e', '#f85149'],
  ['#57606a', '#9198a1'],
];

const STYLE = `${FONTS}
  polyline { fill: none; stroke-width: 2px }
  ${COLORS.map(([light], i) => `.line${i} { stroke: ${light} } .dot${i} { fill: ${light} }`).join('\n  ')}
  @media (prefers-color-scheme: dark) {
    ${COLORS.map(([, dark], i) => `.line${i} { stroke: ${dark} } .dot${i} { fill: ${dark} }`).join('\n    ')}
  }`;

/** The powers of ten around all values. */
function decades(values) {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const GROUPS = /\B(?=(?:\d{3})+$)/g;

/** 10 to a power, as people write it. */
const powerOfTen = (power) =>
  power < 0 ? (10 ** power).toFixed(-power) : String(10 ** power).replace(GROUPS, '\u202f');

/**
 * @param {{ name: string, points: [number, number][] }[]} lines values above 0
 * @param {{ title: string, x: string, y: string }} names of the plot and its axes
 */
export function plot(lines, { title, x: xName, y: yName }) {
  const all = lines.flatMap(({ points }) => points);
  const [columns, rows] = [0, 1].map((axis) => decades(all.map((point) => point[axis])));
  const scale = (powers, from, to) => (value) =>
    from + ((to - from) * (Math.log10(value) - powers[0])) / (powers.at(-1) - powers[0]);
  const x = scale(columns, LEFT, WIDTH - RIGHT);
  const y = scale(rows, HEIGHT - BOTTOM, TOP);
  const at = (value) => value.toFixed(1);

  const grid = [
    ...columns.map((power) => [
      `<line x1="${at(x(10 ** power))}" y1="${TOP}" x2="${at(x(10 ** power))}" y2="${HEIGHT - BOTTOM}"/>`,
      `<text class="soft" x="${at(x(10 ** power))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${powerOfTen(power)}</text>`,
    ]),
    ...rows.map((power) => [
      `<line x1="${LEFT}" y1="${at(y(10 ** power))}" x2="${WIDTH - RIGHT}" y2="${at(y(10 ** power))}"/>`,
      `<text class="soft" x="${LEFT - 8}" y="${at(y(10 ** power) + 4)}" text-anchor="end">${powerOfTen(power)}</text>`,
    ]),
  ].flat();

  // Names stand beside the ends of their lines, where they cover nothing.
  const ends = lines
    .map(({ name, points }, index) => ({ name, index, y: y(points.at(-1)[1]) + 4 }))
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + NAME);

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="8" y="24">${escape(title)}</text>`,
    `<text class="soft" x="8" y="40">${escape(yName)}</text>`,
    `<text class="soft" x="${WIDTH - RIGHT}" y="${HEIGHT - 10}" text-anchor="end">${escape(xName)}</text>`,
    ...grid,
    ...lines.flatMap(({ points }, index) => [
      `<polyline class="line${index}" points="${points.map(([px, py]) => `${at(x(px))},${at(y(py))}`).join(' ')}"/>`,
      ...points.map(([px, py]) => `<circle class="dot${index}" cx="${at(x(px))}" cy="${at(y(py))}" r="3"/>`),
    ]),
    ...ends.map(
      ({ name, index, y: top }) =>
        `<text x="${WIDTH - RIGHT + 10}" y="${at(top)}"><tspan class="dot${index}">● </tspan>${escape(name)}</text>`,
    ),
    '</svg>\n',
  ].join('\n');
}
