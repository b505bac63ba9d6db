/**
 * A chart of lines in SVG, on a logarithmic scale.
 *
 * @module
 */

/** A line: its values from left to right. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const HEIGHT = 240;
const MARGIN = { top: 14, right: 96, bottom: 14, left: 78 };
/** How many of the last values are shown. */
const SHOWN = 60;
/** Lines of text need so much. */
const LABEL_HEIGHT = 16;

function add(
  parent: Element,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text = '',
): void {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  parent.append(element);
}

/** Pushes labels apart that would lie on each other, from top to bottom. */
function apart(labels: { y: number }[]): void {
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, i) => {
    const above = labels[i - 1];
    if (above !== undefined) label.y = Math.max(label.y, above.y + LABEL_HEIGHT);
  });
}

/** Draws everything again; the `title` of the SVG stays. */
export function drawChart(svg: Element, series: readonly Series[]): void {
  const width = Math.max(svg.clientWidth, 280);
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
  for (const child of [...svg.children]) if (child.nodeName !== 'title') child.remove();

  const shown = series
    .map(({ name, values }) => ({ name, values: values.slice(-SHOWN) }))
    .filter(({ values }) => values.length > 0);
  const all = shown.flatMap(({ values }) => values).map((value) => Math.log10(Math.max(value, 1)));
  if (all.length === 0) return;
  const low = Math.floor(Math.min(...all));
  const high = Math.max(Math.ceil(Math.max(...all)), low + 1);

  const yOf = (value: number): number => {
    const share = (Math.log10(Math.max(value, 1)) - low) / (high - low);
    return HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom);
  };
  const xOf = (index: number): number =>
    MARGIN.left + (index / (SHOWN - 1)) * (width - MARGIN.left - MARGIN.right);

  for (let power = low; power <= high; power++) {
    const y = yOf(10 ** power);
    add(svg, 'line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y });
    add(
      svg,
      'text',
      { class: 'axis', x: MARGIN.left - 10, y: y + 4, 'text-anchor': 'end' },
      (10 ** power).toLocaleString('en'),
    );
  }
  const labels = shown.map(({ name, values }) => {
    const last = values.at(-1) ?? 1;
    const points = values.map((value, i) => `${xOf(i).toFixed(1)},${yOf(value).toFixed(1)}`);
    add(svg, 'polyline', { class: 'series', 'data-series': name, points: points.join(' ') });
    const x = xOf(values.length - 1);
    add(svg, 'circle', { class: 'series', 'data-series': name, cx: x, cy: yOf(last), r: 3 });
    return { name, x, y: yOf(last) };
  });
  apart(labels);
  for (const { name, x, y } of labels)
    add(svg, 'text', { class: 'label', 'data-series': name, x: x + 10, y: y + 4 }, name);
}
