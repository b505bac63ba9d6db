/** Entry for browsers. */
import { runSuite, type SuiteOptions } from './suite.ts';

Object.assign(globalThis, {
  runSuite: (options?: SuiteOptions) => runSuite({ origin: location.origin, ...options }),
});
