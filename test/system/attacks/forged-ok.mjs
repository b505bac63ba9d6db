/** Somebody between client and server who answers `200 {"status":"OK"}`. SECURITY.md, "What proves an answer". */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { activated, attack, outcome, PIN, POSSESSION, startServer } from './lib.mjs';

const PATHS = ['signature/validate', 'vault/unlock', 'activation/remove', 'token/create'];

await attack(
  'a wrong PIN that is believed, and a good one that is destroyed, by a forged OK',
  async (stage) => {
    const server = await startServer(stage);
    const { powerAuth } = await activated(server);
    for (const path of PATHS) server.faults.add({ path: `/pa/v3/${path}`, body: '{"status":"OK"}' });
    const tell = async (what, call, expected) => {
      const how = await outcome(call);
      stage.saw(`${what}: ${how}`, (how === 'resolved') === expected);
    };
    await tell('validatePassword(wrong), which changes nothing', powerAuth.validatePassword('9999'), true);
    await tell('changePassword(wrong, new)', powerAuth.changePassword('9999', '5678'), false);
    await tell('changePassword(right, new)', powerAuth.changePassword(PIN, '5678'), false);
    await tell('requestAccessToken', powerAuth.tokenStore.requestAccessToken('token', POSSESSION), false);
    const removal = powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(PIN));
    await tell('removeActivationWithAuthentication', removal, false);
    server.faults.clear();
    await tell('genuine again, validatePassword(right)', powerAuth.validatePassword(PIN), true);
    await tell('and validatePassword(wrong)', powerAuth.validatePassword('9999'), false);
  },
);
