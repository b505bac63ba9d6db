/**
 * What the pages need that are written for GitHub: links to pages of the site, and nothing that Vue takes for its own.
 *
 * @module
 */
import { linkOnSite, sourceOf } from './pages.mjs';

/** A code of an error, which may be linked to as it is written: `errors.html#NETWORK_ERROR`. */
const CODE = /^[A-Z]+(?:_[A-Z]+)*$/;

/** For `markdown.config`. @param {import('markdown-it').default} md */
export function forSite(md) {
  md.core.ruler.push('links', ({ tokens, env }) => {
    const file = sourceOf(env.relativePath);
    if (file === undefined) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href !== null) token.attrSet('href', linkOnSite(file, href));
    }
  });

  // Code has `v-pre` already.
  md.renderer.rules.text = (tokens, i) =>
    md.utils.escapeHtml(tokens[i].content).replaceAll('{{', '&#123;&#123;');

  const { heading_open: open } = md.renderer.rules;
  md.renderer.rules.heading_open = (tokens, i, options, env, self) => {
    const html = open ? open(tokens, i, options, env, self) : self.renderToken(tokens, i, options);
    const title = tokens[i + 1].content;
    const isCode = sourceOf(env.relativePath) === 'docs/errors.md' && CODE.test(title);
    return isCode ? `${html}<span id="${title}"></span>` : html;
  };
}

/**
 * The words of a text for the search: besides the parts of a name such as BIOMETRY_LOCKOUT the name itself. It is sent to
 * the browser as text, so it uses nothing from outside.
 *
 * @param {string} text
 */
export const words = (text) => [
  ...text.split(/[\n\r\p{Z}\p{P}]+/u),
  ...(text.match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+/gu) ?? []),
];

/**
 * How much a result weighs: a page that explains something comes before the reference, which names it as well. Sent as
 * text, too.
 *
 * @param {string} page
 */
export const weight = (page) => (page.includes('/api/') ? 0.4 : 1);
