/**
 * The types of a contestant.
 *
 * @module
 */

/**
 * A maker of token headers, in JavaScript.
 *
 * @typedef {object} Contestant
 * @property {string} id what results and goals call it
 * @property {string} name what tables call it
 * @property {string} of whose version counts: a package, or `runtime`
 * @property {'javascript' | 'native' | 'ours'} kind
 * @property {number} [perCall] headers of one call, where it is more than one
 * @property {boolean} [asynchronous] whether a call returns a promise
 * @property {boolean} [jwt] makes a JSON Web Token, no token header
 * @property {number} [warmUp] seconds that make it as fast as it becomes, where one round is not enough
 * @property {boolean} [manyTokens] its tokens are those of ../lib/tokens.mjs
 * @property {(setting: Setting) => Promise<() => unknown>} create prepares, and returns the function that is timed: a
 *   call makes one header (a string, or an object with it as `value`), or an array of `perCall`
 */

/** @typedef {{ id: string, secret: Uint8Array<ArrayBuffer> }} Token */

/**
 * The input of a contestant.
 *
 * @typedef {object} Setting
 * @property {Token} token a UUID and 16 B, as a server makes them
 * @property {import('../lib/activation.mjs').Activation} activation for instances of the package
 * @property {number} scale how many tokens are many
 * @property {(bytes: Uint8Array) => string} base64 the runtime's fastest
 * @property {() => Uint8Array} nonce 16 B of the CSPRNG
 */

/**
 * What a contestant in another process or page is created from; it has a nonce and Base64 there.
 *
 * @typedef {object} Creation
 * @property {string} id the contestant's
 * @property {{ id: string, secret: number[] }} token as a message carries it
 * @property {import('../lib/activation.mjs').Activation} activation
 * @property {number} scale
 */

/**
 * A contestant in another process or page, or one that isn't written in JavaScript.
 *
 * @typedef {object} Running
 * @property {(count: number) => Promise<string[]>} sample some headers, at least `count`
 * @property {(seconds: number) => Promise<number>} time works that long, returns nanoseconds for one header
 * @property {() => Promise<void>} stop
 */

export {};
