/** What a genuine server refuses of token headers. */
import { describe, expect, test } from 'vitest';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../../src/testing/index.ts';
import { authenticationOf, GenuineClient, withField, withoutField } from './client.ts';
import { TOKENS, REPLAY, OK, NO_TOKEN, setStage } from './refusals.ts';

let server: PowerAuthTestServer;
let client: GenuineClient;
const refuses = setStage((stage) => ({ server, client } = stage));

describe('token headers', () => {
  const at = (milliseconds: number) => async (it: GenuineClient) => {
    server.clockOffset = milliseconds;
    return it.sendToken('T');
  };

  test('are good within their window, up to its ends', async () => {
    expect(await client.sendToken('T')).toEqual(OK);
    expect(await at(2 * 3_600_000 - 5000)(client)).toEqual(OK);
    expect(await at(-55_000)(client)).toEqual(OK);
  });

  refuses([
    ...['version', 'token_id', 'token_digest', 'nonce', 'timestamp'].map((name) => ({
      what: `without ${name}`,
      source: 'powerauth-crypto: PowerAuthTokenHttpHeaderValidator',
      attempt: (it: GenuineClient) => it.sendToken('T', (header) => withoutField(header, name)),
      refusal: NO_TOKEN,
    })),
    ...(
      [
        ['version', '3.4'],
        ['token_id', 'no UUID'],
        ['token_digest', 'AAAA'],
        ['nonce', 'AAAA'],
        ['timestamp', '12345678'],
        ['timestamp', 'now'],
      ] as const
    ).map(([name, value]) => ({
      what: `${name}="${value}"`,
      source: 'powerauth-crypto: PowerAuthTokenHttpHeaderValidator',
      attempt: (it: GenuineClient) => it.sendToken('T', (header) => withField(header, name, value)),
      refusal: NO_TOKEN,
    })),
    {
      what: 'a timestamp more than two hours old',
      source: `${TOKENS}, powerauth.service.token.timestamp.validity`,
      attempt: at(2 * 3_600_000 + 5000),
      refusal: NO_TOKEN,
    },
    {
      what: 'a timestamp more than one minute ahead',
      source: `${REPLAY}, requestExpirationInMilliseconds`,
      attempt: at(-65_000),
      refusal: NO_TOKEN,
    },
    {
      what: 'a timestamp that the digest does not cover',
      source: TOKENS,
      attempt: (it) =>
        it.sendToken('T', (header) => withField(header, 'timestamp', String(Date.now() - 1000))),
      refusal: NO_TOKEN,
    },
    {
      what: 'the same header again',
      source: REPLAY,
      attempt: async (it) => {
        const { value } = await it.powerAuth.tokenStore.generateHeaderForToken('T');
        expect(await it.sendTokenHeader(value)).toEqual(OK);
        return it.sendTokenHeader(value);
      },
      refusal: NO_TOKEN,
    },
    {
      what: 'a nonce that came with a wrong digest',
      source: REPLAY,
      attempt: async (it) => {
        const { value } = await it.powerAuth.tokenStore.generateHeaderForToken('T');
        const wrong = withField(value, 'token_digest', `${'A'.repeat(43)}=`);
        expect(await it.sendTokenHeader(wrong)).toEqual(NO_TOKEN);
        return it.sendTokenHeader(value);
      },
      refusal: NO_TOKEN,
    },
  ]);

  test('have the window that the server is started with', async () => {
    const strict = await startPowerAuthTestServer({ tokenWindow: { back: 300_000, ahead: 300_000 } });
    const own = await GenuineClient.activated(strict);
    await own.powerAuth.tokenStore.requestAccessToken('T', authenticationOf('possession_knowledge'));
    for (const [offset, answer] of [
      [295_000, OK],
      [305_000, NO_TOKEN],
      [-295_000, OK],
      [-305_000, NO_TOKEN],
    ] as const) {
      strict.clockOffset = offset;
      expect(await own.sendToken('T'), String(offset)).toEqual(answer);
    }
    await own.powerAuth.deconfigure();
    await strict.close();
  });
});
