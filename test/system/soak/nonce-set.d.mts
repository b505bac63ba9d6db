export class NonceSet {
  constructor(capacity: number);
  add(nonce: string): boolean;
}
