/**
 * What the pages need that are written for GitHub: links to pages of the site, links from the codes of errors to their
 * entries, and nothing that Vue takes for its own.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { anchorOf, linkOnSite, root, sourceOf } from './pages.mjs';

/** The codes of errors, which are the headings of that page. */
const CODES = [...readFileSync(`${root}docs/errors.md`, 'utf8').matchAll(/^### ([A-Z_]+)$/gm)]
  .map(([, code]) => code)
  .sort((a, b) => b.length - a.length);
/** Those that are no word of the language. */
const NAMED = new RegExp(`\\b(${CODES.filter((code) => code.includes('_')).join('|')})\\b`);

/** Turns each code in a line into a link to its entry. @param {any[]} children @param {any} Token */
function linkCodes(children, Token) {
  let depth = 0;
  return children.flatMap((token) => {
    depth += token.type === 'link_open' ? 1 : token.type === 'link_close' ? -1 : 0;
    const isCode = token.type === 'code_inline' && CODES.includes(token.content);
    if (depth > 0 || !(isCode || token.type === 'text')) return [token];
    const parts = isCode ? ['', token.content, ''] : token.content.split(NAMED);
    return parts.flatMap((content, i) => {
      const inner = Object.assign(new Token(isCode ? 'code_inline' : 'text', isCode ? 'code' : '', 0), {
        content,
      });
      if (i % 2 === 0) return content === '' ? [] : [inner];
      const open = new Token('link_open', 'a', 1);
      open.attrSet('href', `/errors.md#${anchorOf(content)}`);
      return [open, inner, new Token('link_close', 'a', -1)];
    });
  });
}

/** For `markdown.config`. @param {import('markdown-it').default} md */
export function forSite(md) {
  md.core.ruler.push('links', ({ tokens, env, Token }) => {
    const file = sourceOf(env.relativePath);
    for (const [i, token] of tokens.entries()) {
      if (token.type === 'inline' && tokens[i - 1].type !== 'heading_open')
        token.children = linkCodes(token.children ?? [], Token);
    }
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
    // A link may have the code as it is written: `errors.html#NETWORK_ERROR`.
    const isCode = sourceOf(env.relativePath) === 'docs/errors.md' && CODES.includes(title);
    return isCode ? `${html}<span id="${title}"></span>` : html;
  };
}
