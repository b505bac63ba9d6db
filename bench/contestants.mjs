/**
 * Who makes token headers, each as an application would write it, and our engines and APIs.
 *
 * @module
 */
import { createHmac, randomBytes, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthKeychainConfiguration,
} from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

const ID = '4056baad-1128-4ecf-a1e8-da61e90754f5';
const { version } = JSON.parse(
  readFileSync(new URL('../node_modules/@noble/hashes/package.json', import.meta.url), 'utf8'),
);

const text = (digest, nonce, timestamp) =>
  `PowerAuth version="3.3", token_id="${ID}", token_digest="${digest}", nonce="${nonce}", timestamp="${timestamp}"`;

/** Whether a header is what a server accepts for this secret. */
export function verifies(header, secret) {
  const [, digest, nonce, timestamp] =
    /token_digest="([^"]+)", nonce="([^"]+)", timestamp="(\d+)"$/.exec(header) ?? [];
  const expected = createHmac('sha256', secret)
    .update(Buffer.from(nonce ?? '', 'base64'))
    .update(`&${timestamp}&3.3`)
    .digest('base64');
  return digest === expected && Math.abs(Date.now() - Number(timestamp)) < 10_000;
}

/** Contestants that know the secret: `make` makes one header, or answers a promise of one. */
export async function others() {
  const secret = randomBytes(16);
  const key = await webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const list = [
    {
      name: 'node:crypto createHmac + randomBytes',
      version: `Node ${process.versions.node}`,
      make() {
        const [nonce, timestamp] = [randomBytes(16), Date.now()];
        const digest = createHmac('sha256', secret)
          .update(nonce)
          .update(`&${timestamp}&3.3`)
          .digest('base64');
        return text(digest, nonce.toString('base64'), timestamp);
      },
    },
    {
      name: '@noble/hashes hmac',
      version,
      make() {
        const [nonce, timestamp] = [randomBytes(16), Date.now()];
        const digest = hmac(sha256, secret, Buffer.concat([nonce, Buffer.from(`&${timestamp}&3.3`)]));
        return text(Buffer.from(digest).toString('base64'), nonce.toString('base64'), timestamp);
      },
    },
    {
      name: 'WebCrypto',
      version: `Node ${process.versions.node}`,
      isAsync: true,
      async make() {
        const [nonce, timestamp] = [randomBytes(16), Date.now()];
        const message = Buffer.concat([nonce, Buffer.from(`&${timestamp}&3.3`)]);
        const digest = await webcrypto.subtle.sign('HMAC', key, message);
        return text(Buffer.from(digest).toString('base64'), nonce.toString('base64'), timestamp);
      },
    },
  ];
  return list.map((contestant) => ({ ...contestant, verify: (header) => verifies(header, secret) }));
}

/** Our APIs on one engine, with a token of an embedded server, which verifies. */
export async function ours(engine) {
  const server = await startPowerAuthTestServer();
  const powerAuth = new PowerAuth(`bench-${engine}`);
  await powerAuth.configure(
    server.configuration,
    { enableUnsecureTraffic: true, engine },
    undefined,
    new PowerAuthKeychainConfiguration({ storage: memoryStorage() }),
  );
  const { activationId, activationCode } = server.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'bench'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('bench password'));
  server.commitActivation(activationId);
  const { tokenStore } = powerAuth;
  await tokenStore.requestAccessToken('bench', PowerAuthAuthentication.possession());
  const generator = await tokenStore.headerGenerator('bench');
  const verify = (header) => server.verifyToken(header) !== undefined;
  return {
    contestants: [
      { name: `headerGenerator.next(), ${engine}`, make: () => generator.next(), verify },
      {
        name: `headerGenerator.nextBatch(64), ${engine}`,
        batch: 64,
        make: () => generator.nextBatch(64),
        verify,
      },
      {
        name: `generateHeaderForToken(name), ${engine}`,
        isAsync: true,
        make: async () => (await tokenStore.generateHeaderForToken('bench')).value,
        verify,
      },
    ],
    async close() {
      generator.release();
      await powerAuth.deconfigure();
      await server.close();
    },
  };
}
