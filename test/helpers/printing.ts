/**
 * The ways in which an object gets into a log, a file or an error report.
 *
 * @module
 */

import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';

const BOTH = [false, true];

/** All options of `util.inspect` that decide what it shows. */
const INSPECTIONS = BOTH.flatMap((showHidden) =>
  BOTH.flatMap((customInspect) =>
    BOTH.flatMap((showProxy) =>
      ([false, true, 'get', 'set'] as const).map((getters) => ({
        showHidden,
        customInspect,
        showProxy,
        getters,
        depth: Infinity,
        maxArrayLength: Infinity,
        maxStringLength: Infinity,
      })),
    ),
  ),
);

/** What `console` writes. */
function consoleOutput(write: (console: Console) => void): string {
  let output = '';
  const stream = new Writable({
    write(chunk: Buffer, _, callback) {
      output += chunk.toString();
      callback();
    },
  });
  write(new Console(stream));
  return output;
}

function clone(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    // Functions can't be cloned; what can be is in the other forms.
    return undefined;
  }
}

/** Own members, whether enumerable or not, as a report that walks through objects sees them. */
function ownMembers(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value !== 'object' || value === null || seen.has(value))
    return typeof value === 'object' ? null : value;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return value;
  return Reflect.ownKeys(value).map((key) => [String(key), ownMembers(Reflect.get(value, key), seen)]);
}

/** Members that `for … in` finds, inherited ones too. */
function enumerated(value: unknown): unknown {
  const members: unknown[] = [];
  if (typeof value !== 'object' || value === null) return members;
  for (const name in value) members.push(name, Reflect.get(value, name));
  return members;
}

const json = (value: unknown): string => JSON.stringify(value);

/** All that is printed of a value by usual means, by how it was printed. */
export function printed(value: unknown): Record<string, string> {
  const copy = { ...(value as object) };
  const report = clone({ report: clone(value) });
  return {
    JSON: json(value) + json({ nested: [value] }) + JSON.stringify(value, undefined, 2),
    ...Object.fromEntries(
      INSPECTIONS.map((options) => [`inspect ${JSON.stringify(options)}`, inspect(value, options)]),
    ),
    'inspect of a cause': inspect(new Error('failed', { cause: value }), {
      showHidden: true,
      getters: true,
      depth: Infinity,
    }),
    format: format('%s %o %O %j', value, value, value, value),
    console: consoleOutput((console) => {
      console.log(value);
      console.table(value);
      console.table([value]);
      console.dir(value, { showHidden: true, depth: Infinity });
    }),
    String: `${String(value)} ${Object.prototype.toString.call(value)}`,
    clone: json(report) + inspect(report, { showHidden: true, depth: Infinity }),
    copy: json(copy) + inspect(copy, { showHidden: true, getters: true, depth: Infinity }),
    entries: json(Object.entries(value ?? {})) + inspect(Object.entries(value ?? {}), { depth: Infinity }),
    members: json([ownMembers(value), enumerated(value)]),
  };
}
