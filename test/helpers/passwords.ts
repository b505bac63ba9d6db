/** The fewest iterations there may be: most tests are about something else than the cost of guessing a password. */
export const QUICK_PASSWORDS = { pbkdf2Iterations: 10_000 } as const;

/** The password of the tests' activations. */
export const PASSWORD = 'correct horse';
