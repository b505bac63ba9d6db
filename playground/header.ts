/**
 * The section of the header: its parts, and the digest that is recomputed when they change.
 *
 * @module
 */

import {
  base64,
  fieldsOf,
  fromBase64,
  fromHex,
  hashedPieces,
  hex,
  tokenDigest,
  tokenHeader,
  type Bytes,
} from './bytes.ts';
import { powerAuth, TOKEN, tokenSecret, type Stored } from './client.ts';
import { byId, clear, input, onClick, plural, show, visible } from './page.ts';
import { showBytes, showHeader, showParts } from './parts.ts';
import { verifyToken } from './server.ts';

/** The header as the client made it. */
interface Made {
  readonly tokenId: string;
  readonly secret: Bytes;
  readonly digest: Bytes;
  /** Server time minus the clock of this machine, ms. */
  readonly offset: number;
}

const MINUTE = 60_000;

let made: Made | undefined;
/** The header on the screen. */
interface Shown {
  readonly value: string;
  /** Hexadecimal. */
  readonly nonce: string;
  readonly timestamp: number;
  /** Whether the digest is that of these parts. */
  readonly isRight: boolean;
}

/** Undefined while the nonce can't be put into a header. */
let shown: Shown | undefined;
let isRevealed = false;
/** Nonces that the server remembers. */
const asked = new Set<string>();
/** Only the last one counts: digests are computed asynchronously. */
let round = 0;

const now = (): number => Date.now() + (made?.offset ?? 0);

async function makeHeader(): Promise<void> {
  const secret = await tokenSecret();
  if (secret === undefined) throw new Error('There is no token');
  const { value } = await powerAuth.tokenStore.generateHeaderForToken(TOKEN);
  const fields = new Map(fieldsOf(value));
  const timestamp = fields.get('timestamp') ?? '';
  made = {
    tokenId: fields.get('token_id') ?? '',
    secret,
    digest: fromBase64(fields.get('token_digest') ?? '') ?? new Uint8Array(),
    offset: Number(timestamp) - Date.now(),
  };
  input('nonce').value = hex(fromBase64(fields.get('nonce') ?? '') ?? new Uint8Array());
  input('timestamp').value = timestamp;
  input('keep-digest').checked = false;
  clear('header-result');
  visible('header-lab', true);
  await recompute();
}

function problemWith(nonce: Bytes | undefined): string {
  if (nonce === undefined) return 'Expected pairs of hexadecimal digits, 0 to 9 and a to f.';
  return nonce.length === 16 ? '' : `Expected 16 bytes, got ${nonce.length}. The server refuses others.`;
}

/** Everything below the header, after a change of one of its parts. */
async function recompute(): Promise<void> {
  if (made === undefined) return;
  const current = ++round;
  const { tokenId, secret } = made;
  const nonce = fromHex(input('nonce').value);
  const timestamp = input('timestamp').value.trim();
  const problem = problemWith(nonce);
  byId('nonce-problem').textContent = problem;
  byId('nonce-problem').hidden = problem === '';
  input('nonce').setAttribute('aria-invalid', String(problem !== ''));
  byId('timestamp-text').textContent = timeText(timestamp);

  const hashed = nonce ?? new Uint8Array();
  const computed = await tokenDigest(secret, hashed, timestamp);
  if (current !== round) return;
  const digest = input('keep-digest').checked ? made.digest : computed;
  const isRight = hex(digest) === hex(computed);
  shown = nonce && {
    value: tokenHeader({ tokenId, digest, nonce, timestamp }),
    nonce: hex(nonce),
    timestamp: Number(timestamp),
    isRight,
  };

  const pieces = hashedPieces(hashed, timestamp);
  showBytes('hashed', pieces);
  const size = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  byId('message-size').textContent = `nonce & timestamp & version, ${plural(size, 'byte')}`;
  byId('secret').textContent = isRevealed ? hex(secret) : '•'.repeat(32);
  byId('digest-hex').textContent = hex(computed);
  byId('digest-base64').textContent = base64(computed);
  const isMade = hex(made.digest) === hex(computed);
  byId('digest-note').textContent = isMade
    ? 'WebCrypto has computed here what the engine has put into the header.'
    : isRight
      ? 'Put into the header above.'
      : 'This would be right. The header above has the old one.';
  if (shown === undefined) return;
  showHeader('header-text', shown.value);
  showParts('header-parts', shown.value);
}

/** A timestamp as people say it. */
function timeText(timestamp: string): string {
  const time = new Date(Number(timestamp));
  if (!/^\d{1,15}$/.test(timestamp) || Number.isNaN(time.getTime())) return 'no time';
  const seconds = Math.round((time.getTime() - now()) / 1000);
  const size = Math.abs(seconds);
  const [value, unit] =
    size < 90
      ? [size, 'second']
      : size < 5400
        ? [Math.round(size / 60), 'minute']
        : [Math.round(size / 3600), 'hour'];
  const relative = seconds === 0 ? 'now' : `${plural(value, unit)} ${seconds < 0 ? 'ago' : 'ahead'}`;
  return `${time.toISOString().replace('T', ' ').replace('Z', '')} UTC, ${relative}`;
}

/** Why the server refuses it, which it doesn't say: it tells nobody how to do better. */
function likelyReason({ nonce, timestamp, isRight }: Shown): string {
  if (nonce.length !== 32) return 'the nonce doesn’t have 16 bytes';
  if (asked.has(nonce)) return 'it has seen this nonce before; each header is accepted once';
  if (!isRight) return 'the digest belongs to another nonce or timestamp';
  const age = now() - timestamp;
  if (age > MINUTE) return 'the timestamp is too old';
  if (age < -MINUTE) return 'the timestamp is too far ahead';
  return 'the token is revoked, the activation isn’t active, or the clocks differ';
}

async function askServer(): Promise<void> {
  if (shown === undefined) throw new Error('The nonce can’t be put into a header');
  const it = shown;
  const isAccepted = await verifyToken(it.value);
  if (isAccepted)
    show('header-result', 'good', 'Accepted. Ask again, and it is refused: its nonce is used up.');
  else show('header-result', 'bad', `Refused. The server doesn’t say why; most likely ${likelyReason(it)}.`);
  // It looks at the time first, and remembers nonces of headers of now, whatever their digests.
  if (Math.abs(now() - it.timestamp) < MINUTE) asked.add(it.nonce);
}

function set(id: string, value: string): void {
  input(id).value = value;
  clear('header-result');
  void recompute();
}

export function startHeader(): void {
  onClick('make-header', 'header-result', makeHeader);
  onClick('ask-server', 'header-result', askServer);
  for (const id of ['nonce', 'timestamp', 'keep-digest'])
    byId(id).addEventListener('input', () => {
      clear('header-result');
      void recompute();
    });
  byId('new-nonce').addEventListener('click', () => {
    set('nonce', hex(crypto.getRandomValues(new Uint8Array(16))));
  });
  const times = { 'time-now': 0, 'time-old': -3 * 3_600_000, 'time-ahead': 600_000 };
  for (const [id, shift] of Object.entries(times))
    byId(id).addEventListener('click', () => set('timestamp', String(now() + shift)));
  byId('reveal').addEventListener('click', () => {
    isRevealed = !isRevealed;
    byId('reveal').textContent = isRevealed ? 'Hide' : 'Reveal';
    byId('reveal').setAttribute('aria-pressed', String(isRevealed));
    void recompute();
  });
}

/** Another token makes other headers. */
export function showHeaderSection({ tokenId }: Stored): void {
  visible('header-needs', tokenId === undefined);
  visible('header-body', tokenId !== undefined);
  if (made === undefined || made.tokenId === tokenId) return;
  made.secret.fill(0);
  made = undefined;
  shown = undefined;
  visible('header-lab', false);
  clear('header-result');
}
