/**
 * VitePress' own theme, with a header taken apart on the first page.
 *
 * @module
 */
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import './style.css';

const PARTS = [
  ['version', '3.3', 'of the protocol'],
  ['token_id', 'd3d19b65-5ad8-4c2f-a3f0-4a1a3d9d1b11', 'names the token'],
  ['token_digest', '3Vd2aVtH9mJ3mJm3gYkq0vYx2hQmZ1p3tq0w2q3f5hE=', 'HMAC-SHA-256 under its secret'],
  ['nonce', 'p2rYJm0bCw5v0m7m0kq0wQ==', 'new in each header'],
  ['timestamp', '1795760278858', 'by the server’s clock'],
];

/** The picture of the first page. */
const Header = () =>
  h('div', { class: 'header-card' }, [
    h('p', { class: 'header-name' }, 'X-PowerAuth-Token: PowerAuth'),
    h(
      'dl',
      PARTS.map(([name, value, meaning]) =>
        h('div', [h('dt', [`${name}=`, h('span', meaning)]), h('dd', h('code', `"${value}"`))]),
      ),
    ),
  ]);

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': () => h(Header) }),
};
