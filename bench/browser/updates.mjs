/**
 * A page that updates a record in IndexedDB.
 *
 * @module
 */
import { localforageStorage } from 'powerauth-wasm/storage/localforage';
import { updateLatencies } from '../lib/update-latency.mjs';

const storage = localforageStorage({ name: 'bench' });

globalThis.updateLatencies = (count) => updateLatencies(storage, count);
