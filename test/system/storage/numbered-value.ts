/** A value for each number, of many lengths. */
export function numberedValue(n: number): Uint8Array {
  return new Uint8Array((n * 397) % 6000).fill(n);
}
