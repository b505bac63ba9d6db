/**
 * Headers and bytes on the page, with each part named, and coloured by its kind.
 *
 * @module
 */

import { fieldsOf, fromBase64, hex, type Piece } from './bytes.ts';
import { byId, make, plural } from './page.ts';

/** What the parts are, and the colour that equal kinds share. */
const PARTS: Readonly<Record<string, { readonly hue: string; readonly meaning: string }>> = {
  version: { hue: 'version', meaning: 'Version of the protocol' },
  token_id: { hue: 'id', meaning: 'Names the token on the server' },
  token_digest: { hue: 'digest', meaning: 'Proves that the token’s secret is here: see below' },
  nonce: { hue: 'nonce', meaning: 'Random, for one use: the server accepts it once' },
  timestamp: { hue: 'time', meaning: 'The server’s time: what is too old, or ahead of it, is refused' },
  pa_version: { hue: 'version', meaning: 'Version of the protocol' },
  pa_activation_id: { hue: 'id', meaning: 'Names the activation on the server' },
  pa_application_key: { hue: 'key', meaning: 'Names the application' },
  pa_nonce: { hue: 'nonce', meaning: 'Random, for this signature only' },
  pa_signature_type: { hue: 'time', meaning: 'The factors that signed' },
  pa_signature: { hue: 'digest', meaning: '16 bytes for each factor' },
  application_key: { hue: 'key', meaning: 'Names the application' },
  activation_id: { hue: 'id', meaning: 'Names the activation on the server' },
  temporaryKeyId: { hue: 'id', meaning: 'Names the server’s temporary key' },
  ephemeralPublicKey: {
    hue: 'key',
    meaning:
      'A fresh public key, a point of P-256. With the server’s it leads to the keys of this exchange only',
  },
  encryptedData: { hue: 'data', meaning: 'The content, by AES-128-CBC' },
  mac: { hue: 'digest', meaning: 'HMAC-SHA-256 over the content and everything around it' },
  method: { hue: 'version', meaning: 'The method' },
  uriId: { hue: 'id', meaning: 'The resource, on which client and server agreed' },
  body: { hue: 'data', meaning: 'The body' },
  application_secret: {
    hue: 'key',
    meaning: 'The secret of the application, which all its installations have',
  },
};

/** Fields whose value is Base64. */
const BINARY = new Set([
  ...['token_digest', 'nonce', 'pa_nonce', 'pa_signature', 'pa_application_key', 'application_key'],
  ...['ephemeralPublicKey', 'encryptedData', 'mac'],
]);

export const hueOf = (name: string): string => PARTS[name]?.hue ?? '';

const sizeOf = (name: string, value: string): string => {
  const bytes = BINARY.has(name) ? fromBase64(value) : undefined;
  return bytes === undefined ? plural(value.length, 'character') : plural(bytes.length, 'byte');
};

const mark = (name: string, value: string): HTMLElement =>
  make('mark', { 'data-hue': hueOf(name), title: name }, value);

/** The value of a header, its parts marked. */
export function showHeader(id: string, header: string): void {
  const pieces = header.split(/(\w+="[^"]*")/).map((piece): Node | string => {
    const [, name = '', value = ''] = /^(\w+)="([^"]*)"$/.exec(piece) ?? [];
    // One piece for screen readers and line breaks.
    return name === '' ? piece : make('span', {}, `${name}="`, mark(name, value), '"');
  });
  byId(id).replaceChildren(...pieces);
}

/** Names and texts one after another, separated by `&`. */
export function showJoined(id: string, parts: readonly (readonly [name: string, value: string])[]): void {
  byId(id).replaceChildren(
    ...parts.flatMap(([name, value], i) => [...(i === 0 ? [] : ['&']), mark(name, value)]),
  );
}

/** A row of a table of parts. */
const row = (name: string, ...content: readonly (Node | string)[]): HTMLElement =>
  make(
    'tr',
    {},
    make('th', { scope: 'row' }, make('mark', { 'data-hue': hueOf(name) }, name)),
    make('td', {}, ...content),
  );

/** The size of a part and what it is. */
function meaning(name: string, value: string, more = ''): HTMLElement[] {
  const text = `${PARTS[name]?.meaning ?? ''}${more === '' ? '' : `: ${more}`}`;
  return [make('span', { class: 'size' }, sizeOf(name, value)), make('span', {}, text)];
}

/** A table of parts; its name is for screen readers. */
function showTable(id: string, name: string, columns: readonly string[], rows: readonly HTMLElement[]): void {
  const heads = columns.map((column) => make('th', { scope: 'col' }, column));
  byId(id).replaceChildren(
    make('caption', { class: 'hidden' }, name),
    make('thead', {}, make('tr', {}, ...heads)),
    make('tbody', {}, ...rows),
  );
}

/** The parts of a header in a table; `more` says more about one of them. */
export function showParts(id: string, header: string, more: Readonly<Record<string, string>> = {}): void {
  const rows = fieldsOf(header).map(([name, value]) => row(name, ...meaning(name, value, more[name])));
  showTable(id, 'Parts of the header', ['Part', 'What it is'], rows);
}

/** The fields of a JSON body in a table, with their values. */
export function showFields(id: string, name: string, body: object): void {
  const rows = Object.entries(body).map(([field, value]) => {
    const text = String(value);
    return row(field, make('code', { class: 'value' }, text), ...meaning(field, text));
  });
  showTable(id, name, ['Field', 'Value and meaning'], rows);
}

/** Bytes in hexadecimal, with the characters below them where they are characters. */
export function showBytes(id: string, pieces: readonly Piece[]): void {
  byId(id).replaceChildren(
    ...pieces.map(({ name, bytes, isText }) => {
      const text = new TextDecoder().decode(bytes);
      const spoken = isText
        ? `${name}, ${plural(bytes.length, 'byte')}: the characters ${text}`
        : `${name}, ${plural(bytes.length, 'byte')}: ${hex(bytes)}`;
      const cells = Array.from(bytes, (byte, i) =>
        make(
          'span',
          { class: 'byte' },
          hex(Uint8Array.of(byte)),
          make('span', { class: 'character' }, isText ? (text[i] ?? '') : ''),
        ),
      );
      const label = name === '&' ? '' : `${name} · ${bytes.length}`;
      return make(
        'div',
        { class: 'group', 'data-hue': hueOf(name) },
        make('span', { class: 'hidden' }, spoken),
        make('span', { class: 'name', 'aria-hidden': 'true' }, label),
        make('span', { class: 'cells', 'aria-hidden': 'true' }, ...cells),
      );
    }),
  );
}
