/** Somebody who reads the memory of a process that has used its activation and let go of it: a core dump, root, swap. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { decodeActivationRecord } from '../../../dist/session/activation-record.js';
import { decodeTokenRecord } from '../../../dist/session/token-record.js';
import { sealedStorage } from '../../../dist/storage/sealed.js';
import { activated, attack, recordIn, SEALING_KEY, startServer, temporaryFolder } from './lib.mjs';
import { loadTypeScript } from './typescript.mjs';

await attack('keys and token secrets in memory after deconfigure', async (stage) => {
  if (process.platform !== 'linux') return stage.skip('only Linux shows the memory of a process as a file');
  const { formsOf, scanMemory } = await loadTypeScript('test/helpers/process-memory.ts');
  const server = await startServer(stage);
  const path = await temporaryFolder(stage);
  const storage = sqliteStorage({ path });
  stage.atEnd(() => storage.close());
  const { powerAuth } = await activated(server, { storage });
  await powerAuth.deconfigure();

  const look = async (what, task) => {
    const child = fork(fileURLToPath(new URL('memory-victim.mjs', import.meta.url)), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, TASK: JSON.stringify({ path, configuration: server.configuration, ...task }) },
    });
    const [message] = await once(child, 'message');
    // What they were is in the storage, and so in this process alone.
    const needles = {};
    const sealed = sealedStorage(storage, SEALING_KEY);
    for await (const key of sealed.list('')) {
      const value = await recordIn(sealed, key);
      if (key.endsWith('/activation')) {
        const record = decodeActivationRecord(value);
        needles['possession key'] = formsOf(record.possessionKey);
        needles['transport key'] = formsOf(record.transportKey);
        needles['counter'] = formsOf(record.counter.ctrData);
        needles['wrapped knowledge key'] = formsOf(record.knowledge.wrappedKey);
      } else if (key.includes('/token/')) {
        needles['token secrets'] ??= [];
        needles['token secrets'].push(...formsOf(decodeTokenRecord(value).tokenSecret));
      }
    }
    needles['something that is there'] = [Buffer.from(message)];
    const { 'something that is there': there = 0, ...found } = scanMemory(child.pid, needles);
    child.kill();
    await once(child, 'exit');
    const copies = Object.entries(found).map(([name, count]) => `${count} of the ${name}`);
    const told = copies.length === 0 ? 'no copy of a key or secret' : copies.join(', ');
    stage.saw(`${what}: ${told}`, copies.length === 0 && there > 0);
  };
  await look('5 tokens requested, 20 signatures, 500 headers', { requests: true });
  await look('5 tokens read from the storage, 20 signatures, 500 headers', { requests: false });
});
