/**
 * benchmark.js in a page: no bundler can take it in, so that it is loaded by a script element, as its authors have it.
 *
 * @module
 */
export default globalThis.Benchmark;
