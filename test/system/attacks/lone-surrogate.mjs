/** A query that can't be sent as it was signed: half of a surrogate pair becomes U+FFFD on the way. */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { activated, attack, PIN, startServer } from './lib.mjs';

await attack('a signed query that the server reads otherwise', async (stage) => {
  const server = await startServer(stage);
  const { powerAuth } = await activated(server);
  const path = '/api/protected/signature';
  const authentication = PowerAuthAuthentication.password(PIN);
  const send = async (what, query, expected) => {
    let how;
    try {
      const { key, value } = await powerAuth.requestGetSignature(authentication, path, query);
      const url = `${server.baseUrl}${path}?${new URLSearchParams(query)}`;
      const { status } = await fetch(url, { headers: { [key]: value } });
      how = `signed, and answered with ${status}`;
    } catch ({ code }) {
      how = code;
    }
    stage.saw(`${what}: ${how}`, expected.test(how));
  };
  await send('in a name', { '\ud800': '1', '\ue000': '2' }, /^WRONG_PARAMETER$/);
  await send('in a value', { name: '\udc00' }, /^WRONG_PARAMETER$/);
  await send('none, but other alphabets', { b: 'x y~*', a: 'ž', 'a ': '\u{1f600}' }, / 200$/);
});
