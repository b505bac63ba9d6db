/** Tests that pass against the embedded server and fail against the genuine one: what it must refuse, too. */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { softwareBiometry } from 'powerauth-wasm/biometry/software';
import { activated, attack, outcome, PIN, POSSESSION, startServer } from './lib.mjs';

const promptMessage = 'Approve';

await attack('factors and signatures that the genuine server refuses, on the test server', async (stage) => {
  const server = await startServer(stage);
  const provider = softwareBiometry({ key: new Uint8Array(32).fill(3) });
  const authentication = PowerAuthAuthentication.commitWithPasswordAndBiometry(PIN, { promptMessage });
  const { powerAuth, activationId } = await activated(server, { biometry: { provider }, authentication });
  const threeFactors = () => {
    const all = new PowerAuthAuthentication();
    all.userPassword = PIN;
    all.useBiometry = true;
    all.biometryMessage = promptMessage;
    return all;
  };
  const refuses = async (what, call) => {
    const how = await outcome(call);
    stage.saw(`${what}: ${how}`, how !== 'resolved');
  };
  await refuses('vault with three factors', powerAuth.fetchEncryptionKey(threeFactors(), 1));
  const { recoveryCode } = server.createRecoveryCode({ userId: 'victim' });
  await refuses(
    'recovery confirmation with three factors',
    powerAuth.confirmRecoveryCode(recoveryCode, threeFactors()),
  );
  await refuses('removal with possession alone', powerAuth.removeActivationWithAuthentication(POSSESSION));

  const { nonce } = server.createOfflinePayload({ data: 'A1*A100EUR', activationId });
  const request = { activationId, uriId: '/operation', nonce, data: 'A1*A100EUR' };
  const offline = (factors) => powerAuth.offlineSignature(factors, '/operation', nonce, request.data);
  const verifies = (what, expected, signature, signatureType) => {
    let accepted;
    try {
      accepted = server.verifyOfflineSignature({
        ...request,
        signature,
        ...(signatureType && { signatureType }),
      });
    } catch {
      accepted = false;
    }
    stage.saw(`${what}: ${accepted ? 'accepted' : 'refused'}`, accepted === expected);
  };
  const full = await offline(PowerAuthAuthentication.password(PIN));
  const cut = full
    .split('-')
    .map((digits) => digits.slice(-4))
    .join('-');
  verifies('offline signature cut to 4 digits', false, cut);
  verifies('offline signature as it is', true, full);
  verifies('offline signature with possession alone', false, await offline(POSSESSION), 'possession');
});
