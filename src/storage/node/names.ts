/**
 * Names as bytes that sort by prefix, for servers that know no UTF-16.
 *
 * @module
 */

/**
 * The bytes of a name: each UTF-16 unit is encoded separately, as in UTF-8. So ASCII stays readable, lone surrogates
 * stay distinct, and a name begins with another name exactly if its bytes do. No byte is above 0xef.
 */
export function encodeName(name: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

/** The name that {@link encodeName} has encoded as these bytes. */
export function decodeName(bytes: Uint8Array): string {
  const at = (i: number): number => bytes[i] ?? 0;
  let name = '';
  for (let i = 0; i < bytes.length;) {
    const first = at(i);
    if (first < 0x80) {
      name += String.fromCharCode(first);
      i += 1;
    } else if (first < 0xe0) {
      name += String.fromCharCode(((first & 0x1f) << 6) | (at(i + 1) & 0x3f));
      i += 2;
    } else {
      name += String.fromCharCode(((first & 0x0f) << 12) | ((at(i + 1) & 0x3f) << 6) | (at(i + 2) & 0x3f));
      i += 3;
    }
  }
  return name;
}
