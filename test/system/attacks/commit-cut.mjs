/** A page or component that is torn down while its activation is being committed: `deconfigure` cuts `commitActivation`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { redisStorage } from 'powerauth-wasm/storage/redis';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { findProgram } from '../../helpers/program-files.mjs';
import { RedisServer } from '../../helpers/redis-server.mjs';
import { attack, configured, created, outcome, PIN, startServer, temporaryFolder } from './lib.mjs';

await attack('an activation of zeros, by deconfigure in the middle of commitActivation', async (stage) => {
  const server = await startServer(stage);
  const storages = { memory: memoryStorage(), SQLite: sqliteStorage({ path: await temporaryFolder(stage) }) };
  if (findProgram('redis') === undefined) stage.saw('Redis was left out: it is not on this machine');
  else {
    const redis = await RedisServer.start();
    stage.atEnd(() => redis.close());
    storages.Redis = redisStorage({ url: redis.url });
  }
  for (const [name, storage] of Object.entries(storages)) {
    stage.atEnd(() => storage.close());
    const seen = {};
    for (let moment = 0; moment < 8; moment++) {
      const id = `victim ${moment}`;
      const { powerAuth, activationId } = await created(server, { id, storage });
      const commit = outcome(powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PIN)));
      if (moment > 0) await sleep(moment - 1);
      await powerAuth.deconfigure();
      const committed = (await commit) === 'resolved';
      const again = await configured(server.configuration, { id, storage });
      server.commitActivation(activationId);
      const works = (await outcome(again.validatePassword(PIN))) === 'resolved';
      const valid = await again.hasValidActivation();
      await again.deconfigure();
      const what = `commit ${committed ? 'resolved' : 'rejected'}, activation ${valid ? 'there' : 'not there'}, PIN ${works ? 'accepted' : 'refused'}`;
      seen[what] = (seen[what] ?? 0) + 1;
      if (committed !== valid || committed !== works) stage.saw(`${name}: ${what}`, false);
    }
    for (const [what, times] of Object.entries(seen)) stage.saw(`${name}, ${times} times: ${what}`);
  }
});
