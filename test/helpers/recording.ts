/** One activation's life against a genuine server, computed again from the private keys in the recording. */

import { masterSecret } from '../../src/protocol/keys.ts';
import { parseActivationLayer2 } from '../../src/protocol/activation.ts';
import type { EncryptedRequestEnvelope, EncryptedResponseEnvelope } from '../../src/protocol/ecies.ts';
import { deriveActivationKeys } from '../../src/protocol/kdf.ts';
import type { SignatureFactor } from '../../src/protocol/signature.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { keyPair, privateKey, vectors } from './vectors.ts';

/** One encrypted request and its answer. */
export interface Ecies {
  readonly scope: 'application' | 'activation';
  readonly sharedInfo1: string;
  readonly ephemeralPrivateKey: string;
  readonly temporaryKeyId: string;
  readonly temporaryPublicKey: string;
  readonly requestPlaintext: string;
  readonly request: EncryptedRequestEnvelope;
  readonly response: EncryptedResponseEnvelope;
  readonly responsePlaintext: string;
}

/** One request of the recording and its answer. */
export interface Exchange {
  readonly endpoint: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly httpStatus: number;
  readonly responseBody: string;
  readonly temporaryKeys?: readonly {
    readonly scope: 'application' | 'activation';
    readonly challenge: string;
    readonly request: string;
    readonly response: string;
  }[];
  readonly ecies?: readonly Ecies[];
  readonly signature?: {
    readonly factors: readonly SignatureFactor[];
    readonly method: string;
    readonly uriId: string;
    readonly body: string;
    readonly nonce: string;
    readonly ctrData: string;
    readonly normalizedData: string;
    readonly signature: string;
  };
}
/** The application and the device of the recording, and what was said, in order. */
export const { application, device, exchanges } = vectors<{
  application: { key: string; secret: string; master: string };
  device: { priv: string; pub: string };
  exchanges: readonly Exchange[];
}>('exchange-3.3.json');

export const deviceKeys = keyPair(privateKey(device.priv));
const layers = exchanges[0]?.ecies ?? [];

function layer(of: string): Ecies {
  const found = layers.find(({ sharedInfo1 }) => sharedInfo1 === of);
  if (found === undefined) throw new Error('the recording has no activation');
  return found;
}

/** The activation's two layers. */
export const layer1 = layer('/pa/generic/application');
export const layer2 = layer('/pa/activation');
export const activation = parseActivationLayer2(utf8(layer2.responsePlaintext));
export const { activationId } = activation;
const secret = await masterSecret(deviceKeys, activation.serverPublicKey);
/** The activation's keys. */
export const keys = await deriveActivationKeys(secret);

const inActivation = { activation: { activationId, transportKey: keys.transport } };

/** Whom an encryption is between. */
export const scopeOf = (scope: 'application' | 'activation') => ({
  applicationKey: application.key,
  applicationSecret: application.secret,
  ...(scope === 'activation' ? inActivation : {}),
});

/** What the answers of an endpoint were, decrypted. */
export const plaintextOf = (endpoint: string): string[] =>
  exchanges
    .filter((exchange) => exchange.endpoint === endpoint)
    .flatMap(({ ecies = [] }) => ecies.map((it) => it.responsePlaintext));

/** For `describe.each`: the exchanges in which something happens, by their number and endpoint. */
export const exchangesWith = (
  holds: (exchange: Exchange) => boolean,
): readonly (readonly [title: string, exchange: Exchange])[] =>
  exchanges
    .map((exchange, i) => [`${i} ${exchange.endpoint}`, exchange] as const)
    .filter(([, it]) => holds(it));
