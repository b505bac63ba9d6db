/**
 * Where this package differs from the React Native SDK on purpose, or is no phone: what that changes in the SDK's tests.
 * docs/migration.md says the same to users.
 *
 * @module
 */

/** Changes to the text of the tests' files, which are read and stay as they are on the disk. */
export const EDITS = [
  {
    why: 'PowerAuthError is an Error, and the tests ask for Error first',
    file: /testbed\/expect\.ts$/,
    from: /error instanceof Error\b/g,
    to: '$& && !(error instanceof PowerAuthError)',
  },
  {
    why: 'linkItemsToCurrentSet is true by default, on the SDK’s iOS it is false',
    file: /_tests\/ConfigurationObjects\.test\.ts$/,
    from: /(DEFAULT_LINK_ITEMS =) .*/g,
    to: '$1 true',
  },
  {
    why: 'passwords have no native objects, whose identifiers the tests look for',
    file: /_tests\/PowerAuthPassword\.test\.ts$/,
    from: /^.*(?:\bobjectId\b|\.powerAuthInstanceId\b|\bRegister\.findObject\b|\bid\dAfter\w+).*$/gm,
    to: '',
  },
];

/** Suites that are about native code alone. */
export const LEFT_OUT = ['NativeObjectRegisterTests'];

/** Tests that must fail. */
export const FAILING = {
  'PowerAuthPasswordTests.testReleaseAfterUse': 'uses a password up by a command to its native object',
  'PowerAuth_BiometryInteractiveTests.testFailedBiometry':
    'a user who is not recognised is BIOMETRY_NOT_RECOGNIZED; phones sign with a wrong key then',
};
