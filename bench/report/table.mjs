/**
 * Tables, for terminals and for Markdown.
 *
 * @module
 */

/**
 * Rows of strings in columns as wide as they need; the first column to the left, the others to the right.
 *
 * @param {readonly (readonly string[])[]} rows
 */
export function textTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * The same as a Markdown table; the first row is its head.
 *
 * @param {readonly (readonly string[])[]} rows
 * @param {(column: number) => boolean} [isRight] which columns stand to the right
 */
export function markdownTable([head = [], ...rows], isRight = (column) => column > 0) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, column) => (isRight(column) ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** A paragraph of lines that fit a page. @param {string} text */
export const wrapped = (text) => text.replaceAll(/(.{1,120})(?: |$)/g, '$1\n').trim();
