/**
 * The reference of every public name, as pages of the site: the settings of `npm run docs`, written as Markdown.
 *
 * @module
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import settings from '../typedoc.config.mjs';

const site = fileURLToPath(new URL('./', import.meta.url));
const root = join(site, '..');
const { projectDocuments: _, githubPages: _pages, hideGenerator: _generator, ...shared } = settings;

export default {
  ...shared,
  name: 'API reference',
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  entryPoints: settings.entryPoints.map((file) => join(root, file)),
  tsconfig: join(root, settings.tsconfig),
  readme: 'none',
  out: join(site, 'api'),
  docsRoot: site,
  // No place on the web has the sources yet.
  disableSources: true,
};
