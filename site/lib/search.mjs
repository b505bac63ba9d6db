/**
 * How the search takes texts apart, and what it finds first. For the build of its index and for the page.
 *
 * @module
 */

/**
 * The words of a text: besides the parts of a name such as BIOMETRY_LOCKOUT the name itself.
 *
 * @param {string} text
 */
const tokenize = (text) => [
  ...text.split(/[\n\r\p{Z}\p{P}]+/u),
  ...(text.match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+/gu) ?? []),
];

/**
 * How much a result weighs: a page that explains something comes before the reference, which names it as well.
 *
 * @param {string} page
 */
const boostDocument = (page) => (page.includes('/api/') ? 0.4 : 1);

export const miniSearch = { options: { tokenize }, searchOptions: { boostDocument } };
