export interface Token {
  readonly id: string;
  readonly secret: Uint8Array;
}
export function fault(header: string, token: Token): string | undefined;
export function faultOfJwt(jwt: string, token: Pick<Token, 'secret'>): string | undefined;
export function assertHeaders(
  name: string,
  headers: readonly string[],
  token: Token,
  faultOf?: (header: string, token: Token) => string | undefined,
): void;
