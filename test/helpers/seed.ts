/** Seed of the property tests: another one each time, or that of `SEED=<number>`; a failure prints it. */
export const seed = process.env['SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['SEED']);
