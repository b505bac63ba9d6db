/**
 * What an instance holds whose token came from the server, instead of from the storage. The server is in the process that
 * starts this one.
 *
 * @module
 */
import { answer } from './child.mjs';
import { memoryInUse, perPiece } from './memory.mjs';

/** Requests in progress at a time. */
const AT_ONCE = 8;

answer(async ({ configuration, codes, otp, path }) => {
  const { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } = await import('powerauth-wasm');
  const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
  // Its records take no memory here.
  const storage = sqliteStorage({ path });
  const sealingKey = crypto.getRandomValues(new Uint8Array(32));
  const possession = PowerAuthAuthentication.possession();
  const configured = async (index) => {
    const powerAuth = new PowerAuth(`customer ${index}`);
    await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, {
      storage,
      sealingKey,
      pbkdf2Iterations: 10_000,
    });
    return powerAuth;
  };
  /** Does something for each, some at a time. */
  const forEach = async (list, work) => {
    const left = list.entries();
    const some = async () => {
      for (const [index, one] of left) await work(one, index);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  };
  await forEach(codes, async (code, index) => {
    const powerAuth = await configured(index);
    const activation = PowerAuthActivation.createWithActivationCode(code, 'bench');
    activation.additionalActivationOtp = otp;
    await powerAuth.createActivation(activation);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('bench password'));
    await powerAuth.deconfigure();
  });
  const request = ({ tokenStore }, name) => tokenStore.requestAccessToken(name, possession);
  const instances = [];
  const use = async (indices) => {
    const some = [];
    for (const index of indices) some.push(await configured(index));
    await forEach(some, (powerAuth) => request(powerAuth, 'token'));
    await forEach(some, ({ tokenStore }) => tokenStore.generateHeaderForToken('token'));
    instances.push(...some);
  };
  const others = [...codes.keys()];
  // Code, tables, time and connections exist before the measurement.
  await use(others.splice(0, Math.floor(codes.length / 4)));
  const before = await memoryInUse();
  await use(others);
  const requested = await memoryInUse();
  const { heapUsed, code, external } = perPiece(before, requested, others.length);
  await storage.close();
  return { count: others.length, bytes: heapUsed - code + external };
});
