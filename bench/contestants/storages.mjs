/**
 * Storages on a disk that several processes share, and what they are compared with.
 *
 * @module
 */

/** By id: its name, and how it is opened (`{ path }`); loaded when it is opened. */
export const storageContestants = {
  sqlite: {
    name: 'sqliteStorage',
    open: async (path) => (await import('powerauth-wasm/storage/sqlite')).sqliteStorage({ path }),
  },
  plain: {
    name: 'node:sqlite, commits synchronised together',
    open: async (path) => (await import('../lib/plain-sqlite.mjs')).plainStorage({ path }),
  },
  full: {
    name: 'node:sqlite, synchronous = FULL',
    open: async (path) => (await import('../lib/plain-sqlite.mjs')).plainFullStorage({ path }),
  },
};
