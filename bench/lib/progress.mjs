/**
 * What is being done, on standard error: one line that changes on a terminal, a line for each part elsewhere.
 *
 * @module
 */

const terminal = process.stderr.isTTY === true;
let shown = '';

/** Shows the work in progress; `detail` changes often, and is only for terminals. */
export function progress(part, detail = '') {
  if (terminal) process.stderr.write(`\r\u001b[K${part}${detail === '' ? '' : `: ${detail}`}`.slice(0, 100));
  else if (part !== shown) process.stderr.write(`${part} ...\n`);
  shown = part;
}

/** Leaves the terminal's line empty. */
export function endProgress() {
  if (terminal) process.stderr.write('\r\u001b[K');
  shown = '';
}
