import { RELEASES } from '../../src/testing/like.ts';

/** Rules for the state of a test server that a test makes by itself. */
export const RULES = {
  activationRecovery: false,
  backEnd: false,
  biometryUnlocksVault: false,
  tokenWindow: { back: 60_000, ahead: 60_000 },
  release: RELEASES['1.9'],
  minSupportedProtocolVersion: 3,
  removesByPossession: false,
  oauth2Providers: [],
  userOfAttributes: () => undefined,
  userInfo: () => ({}),
} as const;
