/** Stands in for `js-base64`. */
export const Base64 = { encode: (text) => Buffer.from(text, 'utf8').toString('base64') };
