/**
 * Lets the vendor's own Java client go through an activation's life against the embedded server: it tells whether the
 * server is a true one.
 *
 *     npm run test:interop
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import color from 'picocolors';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { canonicalQuery } from '../../../dist/protocol/query.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const build = fileURLToPath(new URL('../../../build/interop', import.meta.url));

for (const [command, flag] of [
  ['java', '-version'],
  ['mvn', '--version'],
]) {
  if (spawnSync(command, [flag]).status === 0) continue;
  console.log(`skipped: ${command} is not here; the interop test needs JDK 17 and Maven`);
  process.exit(0);
}

console.log('Building the Java client (the first time Maven downloads it, which takes a while) ...');
const maven = spawnSync(
  'mvn',
  ['-q', '-B', '-f', join(here, 'pom.xml'), `-Dinterop.build=${build}`, 'compile'],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
if (maven.status !== 0) process.exit(1);

const server = await startPowerAuthTestServer();
const { activationId, activationCode } = server.createActivation();
const { applicationKey, applicationSecret, masterServerPublicKey } = server.configuration;

const classpath = [join(build, 'classes'), join(build, 'lib', '*')].join(delimiter);
const java = spawn('java', ['-cp', classpath, 'interop.Main'], { stdio: ['pipe', 'pipe', 'ignore'] });
const answers = createInterface({ input: java.stdout })[Symbol.asyncIterator]();
const say = (line) => java.stdin.write(`${line}\n`);
say([server.baseUrl, applicationKey, applicationSecret, masterServerPublicKey].join(' '));

/** The Java client's answer to a step. Lines of its own logging are passed over. */
async function ask(line) {
  say(line);
  for (;;) {
    const { value, done } = await answers.next();
    if (done) throw new Error(`the Java client ended at "${line}"`);
    if (value.startsWith('> ')) return value.slice(2);
  }
}

let failures = 0;

/**
 * One row of the table: the client must be satisfied, and the server know what it should.
 *
 * @param {string} title
 * @param {string} line what the client is told
 * @param {{ refused?: boolean, check?: (answer: string) => boolean }} [expected]
 */
async function step(title, line, { refused = false, check = () => true } = {}) {
  const answer = await ask(line);
  const ok = answer.startsWith('ok') !== refused && check(answer) === true;
  if (!ok) failures++;
  const detail = ok ? '' : `  ${answer}`;
  console.log(`${ok ? color.green('✓') : color.red('✗')} ${title}${color.dim(detail)}`);
  return answer;
}

const stateIs = (state) => () => server.activation(activationId)?.state === state;
const failCountIs = (count) => () => server.activation(activationId)?.failCount === count;

/** Queries of one to five pairs, as encodeURIComponent writes them. */
function* queries(count) {
  const characters = Array.from(' !"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\u00e9\u010d\uff5e\u{1F600}');
  const word = () =>
    Array.from({ length: randomInt(1, 5) }, () => characters[randomInt(characters.length)]).join('');
  for (let i = 0; i < count; i++) {
    const pair = () => `${encodeURIComponent(word())}=${encodeURIComponent(word())}`;
    yield Array.from({ length: randomInt(1, 6) }, pair).join('&');
  }
}

console.log('\nThe vendor’s Java client 1.9.0, protocol 3.3, against the embedded server\n');
await step('activation with a code', `activate ${activationCode.split('#')[0]}`, {
  check: (answer) => {
    const [, id, fingerprint] = answer.split(' ');
    return (
      id === activationId &&
      fingerprint === server.activation(activationId)?.activationFingerprint &&
      stateIs('PENDING_COMMIT')()
    );
  },
});
await step('status before the commit', 'status', { check: (answer) => /PENDING_COMMIT/.test(answer) });
server.commitActivation(activationId);
await step('status after the commit', 'status', { check: (answer) => /ACTIVE/.test(answer) });
for (const type of [
  'possession',
  'possession_knowledge',
  'possession_biometry',
  'possession_knowledge_biometry',
]) {
  await step(`signature with ${type}`, `sign ${type}`);
}
const inBase64 = (text) => Buffer.from(text).toString('base64');
await step('signature of a GET request', `sign-get ${inBase64('b=2&a=2&c=&a=10')}`);
let differing = 0;
for (const query of queries(500)) {
  const answer = await ask(`canonize ${inBase64(query)}`);
  if (answer !== `ok ${canonicalQuery(new URLSearchParams(query))}`) {
    differing++;
    console.log(`  ${query}\n  ${answer}\n  ok ${canonicalQuery(new URLSearchParams(query))}`);
  }
}
await step('500 queries in the canonical form that this package’s client signs', 'status', {
  check: () => differing === 0,
});
await step('signature with a wrong password is refused', 'sign possession_knowledge wrong', {
  refused: true,
  check: failCountIs(1),
});
await step('signature with the right one forgives it', 'sign possession_knowledge', {
  check: failCountIs(0),
});
const tokens = {};
for (const type of ['possession', 'possession_knowledge']) {
  const answer = await step(`token created with ${type}`, `create-token ${type}`, {
    check: (text) =>
      server.tokens.some(({ tokenId, signatureType }) => text.includes(tokenId) && signatureType === type),
  });
  tokens[type] = answer.split(' ').slice(1);
  await step(`token of ${type} validated`, `verify-token ${tokens[type].join(' ')}`);
}
await step('vault unlocked', 'unlock-vault');
await step('request encrypted in application scope', 'encrypt application');
await step('request encrypted in activation scope', 'encrypt activation');
const offline = server.createOfflinePayload({
  activationId,
  lines: ['operation-id', 'Payment', 'Please confirm'],
  data: 'A1*A100CZK',
  linesAfter: ['BX'],
});
await step('offline signature', `sign-offline ${inBase64(offline.payload)}`, {
  check: (answer) =>
    server.verifyOfflineSignature({
      activationId,
      uriId: '/operation/authorize/offline',
      nonce: offline.nonce,
      data: 'operation-id&A1*A100CZK',
      signature: answer.split(' ')[1],
    }),
});
await step('token removed', `remove-token ${tokens.possession?.[0]}`, {
  check: () => server.tokens.length === 1,
});
await step('removed token refused', `verify-token ${tokens.possession?.join(' ')}`, { refused: true });
// Its remove-token step signs with a counter value one further than the one that it keeps: the next signature has a value
// that the server saw already, and must be refused; the one after it is good again.
await step('signature with a counter value used before is refused', 'sign possession', { refused: true });
await step('signature with the next value', 'sign possession_knowledge');
server.blockActivation(activationId);
await step('signature while blocked is refused', 'sign possession', { refused: true });
await step('status while blocked', 'status', { check: (answer) => /BLOCKED/.test(answer) });
server.unblockActivation(activationId);
await step('signature after unblocking', 'sign possession_knowledge');
await step('activation removed', 'remove-activation', { check: stateIs('REMOVED') });
await step('other token refused afterwards', `verify-token ${tokens.possession_knowledge?.join(' ')}`, {
  refused: true,
});

const custom = await step('activation with identity attributes', 'activate-custom alice', {
  check: (answer) => server.activation(answer.split(' ')[1])?.userId === 'alice',
});
const [, customId, , recoveryCode, puk] = custom.split(' ');
await step('recovery before the commit is refused', `recover ${recoveryCode} ${puk}`, { refused: true });
server.commitActivation(customId);
const postcard = server.createRecoveryCode({ userId: 'alice', pukCount: 2 });
for (const already of [false, true]) {
  await step(
    `postcard confirmed, ${already ? 'once more' : 'the first time'}`,
    `confirm-recovery ${postcard.recoveryCode}`,
    {
      check: (answer) => answer === `ok ${already}`,
    },
  );
}
await step('unknown recovery code is not confirmed', 'confirm-recovery AAAAA-AAAAA-AAAAA-AAAAA', {
  refused: true,
});
await step('recovery with a wrong PUK is refused', `recover ${recoveryCode} 0000000000`, {
  refused: true,
  check: () => server.recoveryCode(recoveryCode)?.failCount === 1,
});
await step('recovery with the PUK', `recover ${recoveryCode} ${puk}`, {
  check: (answer) => {
    const [, id] = answer.split(' ');
    return (
      server.activation(id)?.state === 'ACTIVE' &&
      server.activation(id)?.userId === 'alice' &&
      server.activation(customId)?.state === 'REMOVED'
    );
  },
});
await step('signature of the recovered activation', 'sign possession_knowledge');
await step('recovery with the PUK once more is refused', `recover ${recoveryCode} ${puk}`, { refused: true });

java.stdin.end();
await once(java, 'exit');
await server.close();
console.log(failures === 0 ? '\nThe server is a true one.\n' : `\n${failures} steps failed.\n`);
process.exitCode = failures === 0 ? 0 : 1;
