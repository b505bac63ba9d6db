/** Names of the attacks, each the file `<name>.mjs`. */
export const ATTACKS: readonly string[];
