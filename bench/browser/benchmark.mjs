/**
 * benchmark.js in a page: no bundler can bundle it, so a script element loads it, as its authors do.
 *
 * @module
 */
export default globalThis.Benchmark;
