/** A client in a process of its own, whose memory the test looks at. */

import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { softwareBiometry } from '../../../src/biometry/software.ts';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  type PowerAuthConfigurationType,
  type PowerAuthPassword,
} from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { joinShares, type Shares } from './share.ts';

/** What the child is told at first. */
export interface Task {
  readonly configuration: PowerAuthConfigurationType;
  readonly activationCode: string;
  readonly sealingKey: Shares;
  /** ASCII, like those that follow. */
  readonly password: Shares;
  readonly newPassword: Shares;
  /** Typed, and never used. */
  readonly typedPassword: Shares;
  readonly tokens: readonly string[];
  /** Held in each form that the test looks for. */
  readonly planted: Shares;
}

async function receive(): Promise<unknown> {
  const [message] = (await once(process, 'message')) as [unknown];
  return message;
}

/** Says that a step is done, and waits until the test has looked. */
async function done(step: string): Promise<void> {
  process.send?.(step);
  await receive();
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 5; i++) {
    gc();
    await turn();
  }
}

/** A secret in forms that the test must find. */
function plant(shares: Shares): unknown[] {
  const secret = Buffer.from(joinShares(shares).buffer);
  const [hex, base64] = [secret.toString('hex'), secret.toString('base64')];
  return [secret, hex, base64, Buffer.from(hex, 'utf16le'), Buffer.from(`?${base64}`, 'utf16le')];
}

const prompt = { promptMessage: 'test' };
const biometry = (): PowerAuthAuthentication => PowerAuthAuthentication.biometry(prompt);

/** Everything that handles secrets; in a function of its own, so that nothing of it is in use once it is done. */
async function live(task: Task): Promise<void> {
  const powerAuth = new PowerAuth('memory');
  const sealingKey = joinShares(task.sealingKey);
  const provider = softwareBiometry({ key: crypto.getRandomValues(new Uint8Array(32)) });
  await powerAuth.configure(
    task.configuration,
    { enableUnsecureTraffic: true },
    { provider },
    { storage: memoryStorage(), sealingKey, pbkdf2Iterations: 10_000 },
  );
  sealingKey.fill(0);
  const typed = async (shares: Shares): Promise<PowerAuthPassword> => {
    const password = powerAuth.createPassword();
    const bytes = joinShares(shares);
    for (const byte of bytes) await password.addCharacter(byte);
    bytes.fill(0);
    return password;
  };
  const withPassword = async () => PowerAuthAuthentication.password(await typed(task.password));

  const activation = PowerAuthActivation.createWithActivationCode(task.activationCode, 'memory');
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(
    PowerAuthAuthentication.commitWithPasswordAndBiometry(await typed(task.password), prompt),
  );
  await done('committed');

  for (let i = 0; i < 10; i++) await powerAuth.requestSignature(await withPassword(), 'POST', '/x', 'body');
  // Before the counter is out of the server's reach.
  await powerAuth.validatePassword(await typed(task.password));
  for (let i = 0; i < 10; i++) await powerAuth.requestSignature(biometry(), 'POST', '/x', 'body');
  await powerAuth.offlineSignature(await withPassword(), '/x', 'AAAAAAAAAAAAAAAAAAAAAA==', 'body');
  await powerAuth.fetchActivationStatus();
  await powerAuth.removeBiometryFactor();
  await powerAuth.addBiometryFactor(await typed(task.password), prompt);
  await powerAuth.fetchEncryptionKey(await withPassword(), 1);
  await powerAuth.signDataWithDevicePrivateKey(await withPassword(), 'data');
  for (const name of task.tokens) {
    await powerAuth.tokenStore.requestAccessToken(name, PowerAuthAuthentication.possession());
    for (let i = 0; i < 20; i++) await powerAuth.tokenStore.generateHeaderForToken(name);
  }
  const { decryptor } = await powerAuth.getEncryptorForActivationScope().encryptRequest('{}');
  await decryptor.release();
  await powerAuth.changePassword(await typed(task.password), await typed(task.newPassword));
  await powerAuth.validatePassword(await typed(task.newPassword));

  const planted = plant(task.planted);
  const password = await typed(task.typedPassword);
  await powerAuth.groupedBiometricAuthentication(biometry(), async () => {
    await collectGarbage();
    await done('in use');
  });
  if ((await password.length()) + planted.length === 0)
    throw new Error('expected both to be in use until now');
  await powerAuth.deconfigure();
  planted.length = 0;
}

await live((await receive()) as Task);
await collectGarbage();
await done('deconfigured');
process.disconnect();
