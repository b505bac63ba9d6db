/**
 * Bytes in the ways that somebody would write them down.
 *
 * @module
 */

/** Bytes by a name that says whose they are, and in which form. */
export type Forms = Record<string, Buffer>;

/** A secret of bytes in all forms. */
export function formsOf(name: string, bytes: Buffer): Forms {
  const text = (form: string): Buffer => Buffer.from(form, 'latin1');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return {
    [`${name}, raw`]: bytes,
    [`${name}, hex`]: text(bytes.toString('hex')),
    [`${name}, hex in capitals`]: text(bytes.toString('hex').toUpperCase()),
    [`${name}, Base64`]: text(base64),
    [`${name}, Base64url`]: text(bytes.toString('base64url')),
    [`${name}, Base64 in UTF-16`]: Buffer.from(base64, 'utf16le'),
  };
}

/** A text as it is, and in UTF-16. */
export function textForms(name: string, text: string): Forms {
  return { [name]: Buffer.from(text), [`${name} in UTF-16`]: Buffer.from(text, 'utf16le') };
}

/** Which of the forms are somewhere in the bytes. */
export const foundIn = (haystack: Buffer, forms: Forms): string[] =>
  Object.keys(forms).filter((form) => haystack.includes(forms[form] ?? ''));
