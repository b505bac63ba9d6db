/**
 * The secrets of an activation, and whether bytes hold one of them in whatever form. Runs in browsers as well.
 *
 * @module
 */

import { decodeActivationRecord } from '../../src/session/activation-record.ts';
import { unwrapWithPassword } from '../../src/session/password-wrapping.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { decodeTokenRecord } from '../../src/session/token-record.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { base64 } from '../../src/util/base64.ts';
import { utf8 } from '../../src/util/bytes.ts';

/** What lies in a sealed store of an instance, in Base64; the secret of one of its tokens among it where it is named. */
export async function readSecrets(
  sealed: PowerAuthStorage,
  instanceId: string,
  password: string,
  tokenName?: string,
): Promise<Record<string, string>> {
  const keys = new RecordKeys(instanceId);
  const bytes = await sealed.get(keys.activation);
  if (bytes === undefined) throw new Error('no activation');
  const { possessionKey, transportKey, counter, knowledge } = decodeActivationRecord(bytes);
  const found = {
    possessionKey: base64(possessionKey),
    transportKey: base64(transportKey),
    ctrData: base64(counter.ctrData),
    wrappedKnowledgeKey: base64(knowledge.wrappedKey),
    knowledgeKey: base64(await unwrapWithPassword(knowledge, utf8(password))),
  };
  if (tokenName === undefined) return found;
  const token = await sealed.get(keys.token(tokenName));
  if (token === undefined) throw new Error(`no token ${tokenName}`);
  return { ...found, tokenSecret: base64(decodeTokenRecord(token).tokenSecret) };
}
