/** A laptop that sleeps for three hours: the monotonic clock stands still, and headers are three hours late. */
import { activated, attack, POSSESSION, startServer } from './lib.mjs';

const HOURS = 3 * 3_600_000;

await attack('headers with a time that the server refuses, after a sleep', async (stage) => {
  const server = await startServer(stage);
  let slept = 0;
  const clock = { now: () => Date.now() + slept, monotonic: () => performance.now() };
  const { powerAuth } = await activated(server, { client: { clock } });
  const { tokenStore } = powerAuth;
  await tokenStore.requestAccessToken('token', POSSESSION);
  const generator = await tokenStore.headerGenerator('token');
  const sleepFor = (ms) => {
    slept += ms;
    server.clockOffset += ms;
  };
  const accepts = (header) => server.verifyToken(header) !== undefined;
  const made = (make) => {
    try {
      return [make()].flat().every(accepts) ? 'accepted' : 'refused';
    } catch ({ code }) {
      return code;
    }
  };
  const promised = () =>
    tokenStore.generateHeaderForToken('token').then(
      ({ value }) => (accepts(value) ? 'accepted' : 'refused'),
      ({ code }) => code,
    );
  const tell = (what, how, expected) => stage.saw(`${what}: ${how}`, expected.includes(how));
  tell(
    'next() before',
    made(() => generator.next()),
    ['accepted'],
  );

  sleepFor(HOURS);
  tell(
    'next() right after three hours',
    made(() => generator.next()),
    ['accepted', 'CANNOT_GENERATE_TOKEN'],
  );
  const batch = made(() => generator.nextBatch(64));
  tell('nextBatch(64) right after', batch, ['accepted', 'CANNOT_GENERATE_TOKEN']);
  tell('generateHeaderForToken, which waits for the time', await promised(), ['accepted']);
  tell(
    'next() then',
    made(() => generator.next()),
    ['accepted'],
  );

  server.faults.add({ path: '/pa/v3/status', dropRequest: true });
  sleepFor(HOURS);
  tell(
    'without a time service, next()',
    made(() => generator.next()),
    ['CANNOT_GENERATE_TOKEN'],
  );
  tell('and generateHeaderForToken', await promised(), ['NETWORK_ERROR', 'CANNOT_GENERATE_TOKEN']);
});
