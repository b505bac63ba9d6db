import { WYCHEPROOF, type WycheproofFiles } from '../conformance/crypto.ts';
import { vectors } from './vectors.ts';

/** The vectors of Project Wycheproof that every implementation of the primitives must pass. */
export const wycheproofFiles = (): WycheproofFiles =>
  Object.fromEntries(WYCHEPROOF.map((name) => [name, vectors(`wycheproof/${name}_test.json`)]));
