/**
 * Classes in place of `style` attributes, which a policy without `unsafe-inline` forbids. The colours of the code get
 * their own style sheet, whose rules are known once all pages are rendered.
 *
 * @module
 */
import { transformerStyleToClass } from '@shikijs/transformers';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const colors = transformerStyleToClass({ classPrefix: 'c-' });

/** For `markdown.codeTransformers`. */
export const colorsAsClasses = colors;

/** The file with the colours; its name changes with them. */
function colorSheet() {
  const css = colors.getCSS();
  const hash = createHash('sha256').update(css).digest('hex').slice(0, 8);
  return { css, path: `assets/code.${hash}.css` };
}

/** For `markdown.config`: alignment in tables. @param {import('markdown-it').default} md */
export function alignByClass(md) {
  md.core.ruler.push('align', ({ tokens }) => {
    for (const token of tokens) {
      const [, side] = /^text-align:(\w+)$/.exec(token.attrGet('style') ?? '') ?? [];
      if (side === undefined) continue;
      token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
      token.attrJoin('class', `align-${side}`);
    }
  });
}

/**
 * For `transformHtml`: adds the style sheet. What is left of `style` attributes the theme's own script sets again.
 *
 * @param {string} html
 * @param {string} _id
 * @param {{ siteConfig: import('vitepress').SiteConfig }} context
 */
export function withoutStyles(html, _id, { siteConfig: { site } }) {
  const link = `<link rel="stylesheet" href="${site.base}${colorSheet().path}">`;
  return html.replace('</head>', `${link}</head>`).replace(/(<[a-z][^<>]*?) style="[^"]*"/g, '$1');
}

/** For `buildEnd`: writes the style sheet. @param {import('vitepress').SiteConfig} config */
export function writeStyles({ outDir }) {
  const { css, path } = colorSheet();
  writeFileSync(join(outDir, path), css);
}
