// Another process on the same store: it finds the activation and the token, and makes a header.
import { once } from 'node:events';
import { PowerAuth } from 'powerauth-wasm';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';

const [{ folder, configuration, tokenName }] = await once(process, 'message');
const powerAuth = new PowerAuth('demo');
await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, {
  storage: sqliteStorage({ path: folder }),
});
process.send?.(await powerAuth.tokenStore.generateHeaderForToken(tokenName));
await powerAuth.deconfigure();
process.disconnect();
