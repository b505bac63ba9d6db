/** Bundled and run in a page by ../helpers.test.ts. */
import { createEngine } from '../../../src/hot-path/index.ts';

Object.assign(globalThis, { engineName: async () => (await createEngine()).name });
