/** Everything that a user does with the program, in a shell, from activation to removal, over three kinds of stores. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../helpers/program-files.mjs';
import { needs } from '../../helpers/needs.ts';
import { testPostgres } from '../../helpers/postgres.ts';
import { askRedis, testRedis } from '../../helpers/redis.ts';
import { SecretWatch, setStage, type Ran } from './stage.ts';

const PASSWORD = 'unlikely-password-4711';
const REDIS_PASSWORD = 'unlikely-redis-0815';
const POSTGRES_PASSWORD = 'unlikely-postgres-1234';

const isReady = ['redis', 'postgres'].every((name) => findProgram(name as 'redis') !== undefined);

describe.skipIf(!isReady)(`a user's day ${needs('redis')} ${needs('postgres')}`, () => {
  test.skipIf(!existsSync('/proc/self/environ'))(
    'shows no secret to anybody',
    async () => {
      const { server, shell, file } = await setStage();
      const redis = await testRedis();
      await askRedis(redis, ['CONFIG', 'SET', 'requirepass', REDIS_PASSWORD]);
      const postgres = await testPostgres();
      const { activationId, activationCode } = await server.ask('createActivation', { otp: '90210-otp' });
      const sealingKey = randomBytes(32);
      const url = server.configuration.baseEndpointUrl;

      await file('code.txt', `${activationCode}\n`);
      await file('otp.txt', '90210-otp\n');
      await file('password.txt', `${PASSWORD}\n`);
      await file('payment.json', '{"amount":100}', 0o644);
      await file('sealing.key', sealingKey);
      await file('redis.url', redis.url.replace('redis://', `redis://:${REDIS_PASSWORD}@`));
      await file('postgres.url', postgres.url.replace('postgres@', `postgres:${POSTGRES_PASSWORD}@`));

      const secrets = [PASSWORD, REDIS_PASSWORD, POSTGRES_PASSWORD, activationCode.slice(0, 23), '90210-otp'];
      const watch = new SecretWatch(secrets);
      const output: string[] = [];
      const run = async (line: string): Promise<Ran> => {
        const ran = await shell(line);
        output.push(ran.stdout, ran.stderr);
        return ran;
      };
      const succeed = async (line: string): Promise<string> => {
        const { code, stdout, stderr } = await run(line);
        expect(code, `${line}\n${stderr}`).toBe(0);
        return stdout;
      };
      /** The server accepts a header that is made from this store. */
      const headerWorks = async (options: string): Promise<void> => {
        const answer = await succeed(
          `curl -sS -H "$(powerauth-wasm header api ${options})" ${url}/api/possession/token`,
        );
        expect(JSON.parse(answer), options).toMatchObject({ status: 'OK' });
      };

      const activated = await succeed(
        'powerauth-wasm activate --code-file - --otp-file otp.txt --password-file password.txt < code.txt',
      );
      expect(activated).toContain(activationId);
      expect(await succeed('powerauth-wasm status')).toMatch(/state {10}ACTIVE/);
      await succeed('powerauth-wasm token get api');
      await headerWorks('');
      const piped = await succeed(
        `powerauth-wasm header api --curl | curl -sS -K - ${url}/api/possession/token`,
      );
      expect(JSON.parse(piped)).toMatchObject({ status: 'OK' });
      await succeed(
        'powerauth-wasm request POST /api/protected/signature --sign /api/protected/signature --data payment.json --password-file password.txt -v',
      );

      // SQLite → Redis → PostgreSQL → SQLite. Each time only the copy goes on.
      const redisStore = '--store-file redis.url --sealing-key file:sealing.key';
      const postgresStore = '--store-file postgres.url --sealing-key file:sealing.key';
      const copy = 'powerauth-wasm store copy --json';
      expect(
        JSON.parse(await succeed(`${copy} --to-file redis.url --to-sealing-key file:sealing.key`)),
      ).toMatchObject({
        copied: 2,
        to: redis.url,
      });
      await succeed('powerauth-wasm store rm --all');
      expect((await run('powerauth-wasm status')).code).toBe(3);
      await headerWorks(redisStore);
      await succeed(`${copy} ${redisStore} --to-file postgres.url --to-sealing-key file:sealing.key`);
      await succeed(`powerauth-wasm store rm --all ${redisStore}`);
      await headerWorks(postgresStore);
      await succeed(`${copy} ${postgresStore} sqlite:back`);
      await succeed(`powerauth-wasm store rm --all ${postgresStore}`);
      await headerWorks('--store sqlite:back');
      expect(
        JSON.parse(await succeed('powerauth-wasm store check --json --store sqlite:back')),
      ).toMatchObject({
        activations: 1,
        tokens: 1,
        unreadable: 0,
      });

      // A password in a URL as an argument is refused, and not repeated.
      const typed = await run("powerauth-wasm store ls --store 'redis://:pa55@127.0.0.1' --json");
      expect([typed.code, typed.stdout + typed.stderr]).toEqual([2, expect.not.stringContaining('pa55')]);

      await succeed('powerauth-wasm remove --password-file password.txt --store sqlite:back');
      expect(await server.ask('activation', activationId)).toMatchObject({ state: 'REMOVED', tokens: [] });

      const { found, looks } = await watch.end();
      expect([found, looks > 50]).toEqual([[], true]);
      const all = output.join('\n');
      expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
      expect(all).not.toContain(sealingKey.toString('base64'));
    },
    120_000,
  );
});

test.skipIf(!existsSync('/proc/self/environ'))('the watch sees a secret among arguments', async () => {
  const { shell } = await setStage();
  const watch = new SecretWatch(['unlikely-argument-5']);
  await shell("sleep 0.3; true 'unlikely-argument-5'");
  expect((await watch.end()).found).not.toEqual([]);
});
