export function headerText(tokenId: string, digest: string, nonce: string, timestamp: number): string;
export function message(nonce: Uint8Array, timestamp: number): Uint8Array;
