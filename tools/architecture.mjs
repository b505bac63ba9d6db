#!/usr/bin/env node
/**
 * Draws the layers of `.dependency-cruiser.mjs` into docs/architecture.md.
 *
 *     node tools/architecture.mjs
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { LAYERS } from '../.dependency-cruiser.mjs';

const PAGE = new URL('../docs/architecture.md', import.meta.url);
const PICTURE = /(?<=# Architecture\n\n[^\n]+\n\n```\n)[^`]*(?=```\n)/;

/** The layers as boxes, one upon the other. */
export function picture(layers = LAYERS) {
  const name = Math.max(...layers.flatMap((layer) => Object.keys(layer)).map(({ length }) => length));
  const boxes = layers.map((layer) =>
    Object.entries(layer).map(([room, what]) => `${room.padEnd(name)}  ${what}`),
  );
  const width = Math.max(...boxes.flat().map(({ length }) => length));
  const line = (left, right) => ` ${left}${'─'.repeat(width + 2)}${right}\n`;
  const box = (rows) => rows.map((row) => ` │ ${row.padEnd(width)} │\n`).join('');
  return line('┌', '┐') + boxes.map(box).join(line('├', '┤')) + line('└', '┘');
}

/** The picture that is in the page. */
export const drawn = () => PICTURE.exec(readFileSync(PAGE, 'utf8'))?.[0];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(PICTURE, picture()));
}
