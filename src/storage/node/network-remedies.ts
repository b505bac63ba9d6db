/**
 * What helps when a connection to a server fails, whichever server it is.
 *
 * @module
 */

const NETWORK = 'the server was not reached; check the network';

/** The remedy for a connection that was there. */
export const CUT_OFF = 'the connection was cut off; the next call connects again';

/**
 * The remedies, by the codes of Node.
 *
 * @param server its name
 * @param module the package that connects to it
 * @param withIssuer code that passes the certificate of an issuer
 */
export function networkRemedies(
  server: string,
  module: string,
  withIssuer: string,
): Readonly<Record<string, string>> {
  const unknownIssuer = `Node doesn't know who issued the server's certificate; pass the issuer's: ${withIssuer}, or set NODE_EXTRA_CA_CERTS`;
  return {
    ECONNREFUSED: `nobody listens there; start ${server}, or correct the address`,
    ENOTFOUND: 'there is no such host; correct the address',
    EAI_AGAIN: 'the host was not found just now; check the name service',
    ETIMEDOUT: NETWORK,
    EHOSTUNREACH: NETWORK,
    ENETUNREACH: NETWORK,
    ECONNRESET: CUT_OFF,
    EPIPE: CUT_OFF,
    ENOENT: `there is no such socket; start ${server}, or correct the address`,
    EACCES: 'no permission for the socket; run as a user who may open it',
    ERR_MODULE_NOT_FOUND: `install the package ${module}, or choose another storage`,
    DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
    SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
    UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
    CERT_UNTRUSTED: unknownIssuer,
    CERT_HAS_EXPIRED: "the server's certificate has expired; renew it, or correct this machine's clock",
    CERT_NOT_YET_VALID: "the server's certificate is not valid yet; correct this machine's clock",
  };
}
