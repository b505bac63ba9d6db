#!/usr/bin/env node
/**
 * Records a trace and draws it into docs/trace.svg, or the file that is named. Needs a build.
 *
 *     node tools/with-node.mjs examples/opentelemetry/main.mjs [file]
 *
 * @module
 */
import { writeFile } from 'node:fs/promises';
import { picture } from './picture.mjs';
import { recordTrace } from './record.mjs';

const file = process.argv[2] ?? new URL('../../docs/trace.svg', import.meta.url);
await writeFile(
  file,
  picture(await recordTrace(), 'A trace: a new token, a token that the server has removed, a signature'),
);
