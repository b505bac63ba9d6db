/** Entry for browsers. */
import { runSuite } from './suite.ts';

Object.assign(globalThis, { runSuite: () => runSuite({ origin: location.origin }) });
