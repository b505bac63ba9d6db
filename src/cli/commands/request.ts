/**
 * `request`: sends a request with a token, a signature or encryption, and prints the answer.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder, Options } from '../command.ts';
import { bodyOf } from '../data.ts';
import { assertMaySend, exchange, methodOf, type Answer } from '../exchange.ts';
import { usage } from '../failures.ts';
import { headerParts } from '../header-parts.ts';
import type { Context, Opened } from '../context.ts';
import { authenticationOf, factorsOf, factorsOption, PASSWORD_OPTION } from '../password.ts';
import type { PowerAuthAuthentication } from '../../model/power-auth-authentication.ts';
import type { PowerAuthCryptogram } from '../../model/power-auth-encryptor.ts';

/** A header that a request carries. */
interface Header {
  readonly key: string;
  readonly value: string;
}

/** A request before it is sent. */
interface Plan {
  readonly method: string;
  readonly url: URL;
  readonly body: Uint8Array | undefined;
  readonly contentType: string;
}

export const request = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'request <method> <url>',
      summary: 'send a request, and print the answer',
      description:
        'Sends a request with a token header, signed or encrypted, and prints the body of the answer. A URL that begins with / follows the base URL. With -v the header is taken apart, once it was sent.',
      options: [
        ['--token <name>', 'with a header of this token'],
        ['--sign <uri_id>', 'signed'],
        ['--encrypt <scope>', 'encrypted: application or activation'],
        ['--data <file>', 'the body; - is stdin'],
        ['--content-type <type>', 'of the body; default: application/json'],
        factorsOption('possession_knowledge'),
        PASSWORD_OPTION,
      ],
      examples: [
        'powerauth-wasm request GET /api/accounts --token api',
        'powerauth-wasm request POST /api/payment --sign /payment --data payment.json',
        'echo \'{"text":"hello"}\' | powerauth-wasm request POST /api/echo --encrypt application --data -',
      ],
    },
    async (context, options, method = '', target = '') => {
      const { output } = context;
      const way = wayOf(options);
      const upper = methodOf(method);
      assertNoPassword(target);
      if (/^(?:GET|HEAD)$/.test(upper) && options['data'] !== undefined)
        throw usage(`--data: a ${upper} request has no body`);
      const contentType = String(options['contentType'] ?? 'application/json');
      if (!/^[\t\x20-\x7E]+$/.test(contentType))
        throw usage('--content-type: expected what a header can carry, got something else');
      if (way === 'encrypt' && upper !== 'POST') throw usage('--encrypt: only POST requests are encrypted');
      if (way !== 'sign' && (options['factors'] ?? options['passwordFile']) !== undefined) {
        throw usage('--factors, --password-file: only with --sign');
      }
      const factors = way === 'sign' ? factorsOf(options, 'possession_knowledge') : undefined;
      const plan = { method: upper, url: target, ...(way === undefined ? {} : { [way]: options[way] }) };
      if (await context.isDryRun(plan, [`would send ${upper} ${target}${describe(way, options, factors)}`]))
        return;

      const authentication =
        way === 'sign' ? await authenticationOf(context, options, 'possession_knowledge') : undefined;
      const body = await bodyOf(context, options['data'], '--data');
      const answer = await context.withPowerAuth((opened) => {
        const url = urlOf(target, opened.configuration.baseEndpointUrl);
        assertMaySend(url, context.settings.insecureHttp);
        return send(context, opened, { method: upper, url, body, contentType }, options, authentication);
      });
      output.note(`HTTP ${answer.status}`);
      if (output.json)
        await output.result(
          { status: answer.status, contentType: answer.contentType, ...bodyFor(answer) },
          [],
        );
      else await output.raw(answer.body);
    },
  );

type Way = 'token' | 'sign' | 'encrypt';

/** At most one of the three ways. */
function wayOf(options: Options): Way | undefined {
  const ways = (['token', 'sign', 'encrypt'] as const).filter((name) => options[name] !== undefined);
  if (ways.length > 1) throw usage('--token, --sign, --encrypt: expected one of them, got several');
  const scope = options['encrypt'];
  if (scope !== undefined && scope !== 'application' && scope !== 'activation') {
    throw usage('--encrypt: expected application or activation, got something else');
  }
  return ways[0];
}

function describe(way: Way | undefined, options: Options, factors: string | undefined): string {
  if (way === 'token') return ` with the token ${String(options[way])}`;
  if (way === 'sign') return `, signed as ${String(options[way])} with ${factors ?? ''}`;
  return way === 'encrypt' ? `, encrypted in ${String(options[way])} scope` : '';
}

async function send(
  context: Context,
  { powerAuth }: Opened,
  plan: Plan,
  options: Options,
  authentication: PowerAuthAuthentication | undefined,
): Promise<Answer> {
  const { token, sign, encrypt } = options;
  if (token !== undefined) {
    const { key, value } = await powerAuth.tokenStore.generateHeaderForToken(String(token));
    return sendWith(context, plan, { key, value });
  }
  if (sign !== undefined && authentication !== undefined) {
    const { key, value } =
      plan.method === 'GET'
        ? await powerAuth.requestGetSignature(authentication, String(sign), plan.url.searchParams)
        : await powerAuth.requestSignature(authentication, plan.method, String(sign), plan.body);
    return sendWith(context, plan, { key, value });
  }
  if (encrypt === undefined) return sendWith(context, plan);
  const encryptor =
    encrypt === 'activation'
      ? powerAuth.getEncryptorForActivationScope()
      : powerAuth.getEncryptorForApplicationScope();
  const { cryptogram, header, decryptor } = await encryptor.encryptRequest(plan.body ?? '');
  const answer = await sendWith(context, { ...plan, body: Buffer.from(JSON.stringify(cryptogram)) }, header);
  const content = await decryptor.decryptResponse(parseCryptogram(answer.body), 'BASE64');
  return { ...answer, body: Buffer.from(content, 'base64') };
}

/** Shows the header after it was sent: until then it is as good as a key. */
async function sendWith(
  context: Context,
  { method, url, body, contentType }: Plan,
  header?: Header,
): Promise<Answer> {
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': contentType };
  if (header !== undefined) headers[header.key] = header.value;
  try {
    return await exchange({ method, url, headers, body, signal: context.io.signal });
  } finally {
    if (header !== undefined) context.output.detail(headerParts(header));
  }
}

/** Anything else is refused by the decryptor. */
function parseCryptogram(body: Uint8Array): PowerAuthCryptogram {
  try {
    return JSON.parse(Buffer.from(body).toString()) as PowerAuthCryptogram;
  } catch {
    return {} as PowerAuthCryptogram;
  }
}

/** Before anything is shown of it. */
function assertNoPassword(target: string): void {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url !== undefined && `${url.username}${url.password}` !== '') {
    throw usage('URL: expected no user and password, which every user of this machine sees in arguments');
  }
}

function urlOf(target: string, base: string): URL {
  const text = target.startsWith('/') ? base.replace(/\/+$/, '') + target : target;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw usage('URL: expected http(s)://…, or a path that begins with /, got something else');
}

/** The body as text, or in Base64 if it isn't text. */
function bodyFor({ body }: Answer): object {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return { bodyBase64: Buffer.from(body).toString('base64') };
  }
}
