/**
 * The attacks that there are, in the order in which they run.
 *
 * @module
 */
export const ATTACKS = [
  'commit-cut',
  'commit-again',
  'pins',
  'pin-one-copy',
  'rollback',
  'forged-ok',
  'lone-surrogate',
  'memory-scan',
  'printed-secrets',
  'key-file',
  'hostile-answers',
  'held-lock',
  'sleep',
  'lenient-server',
];
