import { expect, test } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { activated, PASSWORD } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const possession = PowerAuthAuthentication.possession();
const refused = error(
  PowerAuthErrorCode.RESPONSE_ERROR,
  /^answer of |, ERR_AUTHENTICATION in a body that says/,
);

test.each([
  ['a web page', '<!doctype html><title>Maintenance</title>'],
  ['nothing', ''],
  ['null', 'null'],
  ['another object', '{}'],
  ['an error', '{"status":"ERROR","responseObject":{"code":"ERR_AUTHENTICATION","message":"no"}}'],
  ['an inherited status', '{"__proto__":{"status":"OK"}}'],
])('%s with status 200 confirms nothing', async (_, body) => {
  const { server, powerAuth } = await activated();
  await powerAuth.tokenStore.requestAccessToken('token', possession);
  for (const path of ['signature/validate', 'vault/unlock', 'token/remove', 'activation/remove'])
    server.faults.add({ path: `/pa/v3/${path}`, body });

  await expect(powerAuth.validatePassword('a wrong one')).rejects.toMatchObject(refused);
  // It rests on another answer, which needs the server's keys: this one isn't even encrypted.
  await expect(powerAuth.changePassword('a wrong one', 'another')).rejects.toMatchObject(
    error(PowerAuthErrorCode.RESPONSE_ERROR),
  );
  await expect(powerAuth.tokenStore.removeAccessToken('token')).rejects.toMatchObject(refused);
  const removal = powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(PASSWORD));
  await expect(removal).rejects.toMatchObject(refused);

  server.faults.clear();
  await powerAuth.validatePassword(PASSWORD);
  expect(await powerAuth.tokenStore.hasLocalToken('token')).toBe(true);
});
