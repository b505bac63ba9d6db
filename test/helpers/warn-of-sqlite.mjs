// Has this Node warn when SQLite is loaded, as Node 22 does: `node --import <this file> …`.
import Module from 'node:module';

let isLoaded = false;

function warn(name) {
  if (isLoaded || !/^(?:node:)?sqlite$/.test(name)) return;
  isLoaded = true;
  process.emitWarning(
    'SQLite is an experimental feature and might change at any time',
    'ExperimentalWarning',
  );
}

const { getBuiltinModule } = process;
process.getBuiltinModule = (name) => {
  warn(name);
  return getBuiltinModule(name);
};

// What Node's types leave out, because it is internal.
const loader = /** @type {{ _load(name: string, ...rest: unknown[]): unknown }} */ (
  /** @type {unknown} */ (Module)
);
const { _load } = loader;
loader._load = (name, ...rest) => {
  warn(name);
  return _load(name, ...rest);
};
