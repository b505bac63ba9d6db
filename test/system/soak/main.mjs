/**
 * Millions of headers of each engine: no nonce twice, told exactly; no memory that grows; every 101st header as node:crypto
 * has it, and a sample that the embedded server accepts.
 *
 *     npm run soak [-- <headers>]
 *
 * @module
 */
import { createHmac, randomBytes } from 'node:crypto';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { createEngine, ENGINE_NAMES } from '../../../dist/hot-path/index.js';
import { NonceSet } from './nonce-set.mjs';

const wanted = Number(process.argv[2] ?? 10_000_000);
/** The JavaScript engine takes about ten times as long for one header. */
const headersOf = { 'wasm-simd': wanted, 'wasm-scalar': wanted, js: Math.ceil(wanted / 5) };
/** Seconds that one engine may take. */
const LIMIT = 600;
const VERIFIED = 101;
const ACCEPTED = 500;
/** Bytes by which the heap may differ between two looks: a garbage collector is no accountant. */
const TOLERANCE = 1_000_000;

const { gc } = globalThis;
if (typeof gc !== 'function') throw new Error('run it with node --expose-gc, as `npm run soak` does');

/** The WebAssembly memories that are made, to look at their sizes. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await Reflect.apply(instantiate, WebAssembly, args);
  const { memory } = (result.instance ?? result).exports;
  if (memory !== undefined) memories.push(memory);
  return result;
};

const memory = () => {
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    heap: heapUsed + arrayBuffers,
    wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  };
};

function verify(header, { id, secret }, timestamp, nonce) {
  const digest = createHmac('sha256', secret)
    .update(Buffer.from(nonce, 'base64'))
    .update(`&${timestamp}&3.3`)
    .digest('base64');
  const right = `PowerAuth version="3.3", token_id="${id}", token_digest="${digest}", nonce="${nonce}", timestamp="${timestamp}"`;
  if (header !== right) throw new Error(`${header} should be ${right}`);
}

/** Makes the headers of one engine in every way there is, and answers what was seen. */
async function soak(name, count) {
  memories.length = 0;
  const engine = await createEngine({ engine: name });
  const tokens = Array.from({ length: 7 }, (_, i) => {
    const token = { id: `soak-${'x'.repeat(9 * i)}`, secret: new Uint8Array(randomBytes(16)) };
    return { ...token, slot: engine.addKey(token.id, token.secret) };
  });
  const seen = new NonceSet(count);
  const start = performance.now();
  let made = 0;
  let verified = 0;
  let timestamp = Date.now();
  let first;
  const take = (header, token) => {
    const from = header.indexOf('nonce="', 60) + 7;
    const nonce = header.slice(from, from + 24);
    if (!seen.add(nonce)) throw new Error(`${name}: nonce ${nonce} was used before, after ${made} headers`);
    if (made++ % VERIFIED === 0) {
      verify(header, token, timestamp, nonce);
      verified++;
    }
  };
  for (let round = 0; made < count; round++) {
    const token = tokens[round % tokens.length];
    timestamp++;
    for (let i = 0; i < 100; i++) take(engine.header(token.slot, timestamp), token);
    for (const header of engine.headers(token.slot, timestamp, 64)) take(header, token);
    if (engine.headersOf !== undefined) {
      const headers = engine.headersOf(
        tokens.map(({ slot }) => slot),
        timestamp,
      );
      for (const [i, header] of headers.entries()) take(header, tokens[i]);
    }
    if (round % 500 === 0) {
      // Slots come and go as well.
      engine.release(token.slot);
      token.slot = engine.addKey(token.id, token.secret);
    }
    if (round % 6000 === 5999) {
      const now = memory();
      first ??= now;
      const seconds = (performance.now() - start) / 1000;
      console.log(
        `  ${name}: ${made} headers in ${seconds.toFixed(0)} s, heap ${(now.heap / 1e6).toFixed(1)} MB, WebAssembly ${now.wasm / 1024} KB`,
      );
      if (now.wasm !== first.wasm) throw new Error(`${name}: WebAssembly memory grew from ${first.wasm} B`);
      if (now.heap > first.heap + TOLERANCE) throw new Error(`${name}: the heap grew from ${first.heap} B`);
      if (seconds > LIMIT) throw new Error(`${name}: not done after ${LIMIT} s`);
    }
  }
  return { made, verified };
}

/** The same engine behind the whole client, and a server that does not know it. */
async function acceptance(name) {
  const server = await startPowerAuthTestServer();
  const powerAuth = new PowerAuth(`soak-${name}`);
  try {
    const client = { enableUnsecureTraffic: true, engine: name };
    await powerAuth.configure(server.configuration, client, undefined, { storage: memoryStorage() });
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'soak'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
    server.commitActivation(activationId);
    const { tokenStore } = powerAuth;
    await tokenStore.requestAccessToken('T', PowerAuthAuthentication.possession());
    const generator = await tokenStore.headerGenerator('T');
    const { key } = await tokenStore.generateHeaderForToken('T');
    for (let sent = 0; sent < ACCEPTED; sent++) {
      // Of thousands, one is sent.
      const batch = generator.nextBatch(1 + (sent % 64));
      for (let i = 0; i < 1000; i++) generator.next();
      const headers = { [key]: sent % 2 === 0 ? generator.next() : batch.at(-1) };
      const response = await fetch(`${server.baseUrl}/api/possession/token`, { headers });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${name}: the server answered ${response.status}`);
    }
    return ACCEPTED;
  } finally {
    await powerAuth.deconfigure();
    await server.close();
  }
}

for (const name of ENGINE_NAMES) {
  const { made, verified } = await soak(name, headersOf[name]);
  const accepted = await acceptance(name);
  console.log(
    `${name}: ${made} headers, no nonce twice, memory the same; ${verified} verified by node:crypto, ${accepted} accepted by the server`,
  );
}
