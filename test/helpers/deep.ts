/**
 * Whether all is to be tested, which takes long: with `npm run test:deep`, or `DEEP=1` in the environment. `npm test` takes
 * a sample of each.
 */
export const DEEP = process.env['DEEP'] === '1';
