/** What a genuine server refuses of offline signatures. */
import { describe, expect, test } from 'vitest';
import type { PowerAuthAuthentication } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { authenticationOf, type GenuineClient, type Refusal } from './client.ts';
import { OFFLINE, SERVER, OK, setStage } from './refusals.ts';

let server: PowerAuthTestServer;
let client: GenuineClient;
const refuses = setStage((stage) => ({ server, client } = stage));

describe('offline signatures', () => {
  const verify = async (
    it: GenuineClient,
    authentication: PowerAuthAuthentication,
    more: { change?: (code: string) => string; signatureType?: string; componentLength?: number } = {},
  ): Promise<Refusal> => {
    const { change = (code: string) => code, ...rest } = more;
    const { nonce } = server.createOfflinePayload({ data: OFFLINE.data, activationId: it.activationId });
    const code = await it.powerAuth.offlineSignature(authentication, OFFLINE.uriId, nonce, OFFLINE.data);
    const { activationId } = it;
    const isGood = server.verifyOfflineSignature({
      ...OFFLINE,
      activationId,
      nonce,
      signature: change(code),
      ...rest,
    });
    return { status: isGood ? 200 : 401 };
  };
  const cut = (code: string) => code.replace(/\d{4}(\d{4})/g, '$1');
  const knowledge = () => authenticationOf('possession_knowledge');
  const biometry = () => authenticationOf('possession_biometry');
  const offline = `${SERVER}: OfflineSignatureServiceBehavior`;

  test('are good with the password, with biometry where that is allowed, and as short as the verifier wants them', async () => {
    expect(await verify(client, knowledge())).toEqual(OK);
    expect(await verify(client, biometry(), { signatureType: 'possession_biometry' })).toEqual(OK);
    expect(await verify(client, knowledge(), { change: cut, componentLength: 4 })).toEqual(OK);
  });

  const no = { status: 401 };
  refuses([
    {
      what: 'cut to 4 digits',
      source: `${offline}, offlineSignatureComponentLength`,
      attempt: (it) => verify(it, knowledge(), { change: cut }),
      refusal: no,
      costs: 1,
    },
    {
      what: '8 digits where 4 are wanted',
      source: offline,
      attempt: (it) => verify(it, knowledge(), { componentLength: 4 }),
      refusal: no,
      costs: 1,
    },
    {
      what: 'possession alone',
      source: offline,
      attempt: (it) => verify(it, authenticationOf('possession')),
      refusal: no,
      costs: 1,
    },
    ...(['possession', 'possession_knowledge_biometry'] as const).map((signatureType) => ({
      what: `${signatureType}, even where one asks for it`,
      source: offline,
      attempt: (it: GenuineClient) => verify(it, authenticationOf(signatureType), { signatureType }),
      refusal: no,
    })),
    {
      what: 'biometry where it is not allowed',
      source: `${offline}, allowBiometry`,
      attempt: (it) => verify(it, biometry()),
      refusal: no,
      costs: 1,
    },
  ]);
});
