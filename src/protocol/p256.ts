/**
 * The curve P-256.
 *
 * @module
 */

// Before the curve, whose package encodes text while it is loaded.
import '../util/needs-text-encoder.ts';

export { p256 } from '@noble/curves/nist.js';
