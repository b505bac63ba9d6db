/**
 * What one update costs: read, change and write of a record, durable before it is acknowledged, one after another. Runs
 * in browsers as well.
 *
 * @module
 */

const VALUE_LENGTH = 400;

/** @param {Uint8Array | undefined} current */
function counted(current) {
  const next = current?.slice() ?? new Uint8Array(VALUE_LENGTH);
  const view = new DataView(next.buffer);
  view.setUint32(0, view.getUint32(0) + 1);
  return next;
}

/**
 * Milliseconds of each of `count` updates.
 *
 * @param {Pick<import('powerauth-wasm').PowerAuthStorage, 'update'>} storage
 * @param {number} count
 */
export async function updateLatencies(storage, count) {
  const latencies = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    await storage.update('record', counted);
    latencies.push(performance.now() - begun);
  }
  return latencies;
}
