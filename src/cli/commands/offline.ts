/**
 * `offline`: the code for an operation that came as a QR code.
 *
 * @module
 */

import type { Command } from 'commander';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import type { CommandBuilder } from '../command.ts';
import { bodyOf } from '../data.ts';
import { usage } from '../failures.ts';
import { PASSWORD_OPTION, passwordOf } from '../password.ts';
import { isStdin } from '../stdin.ts';

const URI_ID = '/operation/authorize/offline';

export const offline = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'offline',
      summary: 'the code for an operation from a QR code',
      description:
        'Checks the signature of the payload of a QR code, shows what it says, and prints the code to type on the other device. Nothing is sent.',
      options: [
        ['--qr <file>', 'the text of the QR code; - is stdin'],
        ['--uri-id <uri_id>', `default: ${URI_ID}`],
        ['--data-line <n>', 'sign this line alone, for servers with a layout of their own; 1 is the first'],
        PASSWORD_OPTION,
      ],
      examples: [
        'powerauth-wasm offline --qr qr.txt',
        'zbarimg --quiet --raw photo.png | powerauth-wasm offline --qr - --password-file password.txt',
      ],
    },
    async (context, options) => {
      const { output } = context;
      const { qr, dataLine, passwordFile } = options;
      if (qr === undefined) throw usage('--qr: expected a file with the text of the QR code, or - for stdin');
      const uriId = String(options['uriId'] ?? URI_ID);
      if (await context.isDryRun({ uriId }, [`would sign the payload for ${uriId}`])) return;
      // The payload takes the whole rest of stdin, so a password comes before it.
      const isBoth = isStdin(qr) && isStdin(passwordFile);
      const early = isBoth ? await passwordOf(context, passwordFile) : undefined;
      const text = Buffer.from((await bodyOf(context, qr, '--qr')) ?? []).toString();
      const { parseOfflinePayload } = await import('../offline-payload.ts');
      const { PowerAuthAuthentication } = await import('../../model/power-auth-authentication.ts');
      const payload = parseOfflinePayload(text, lineOf(dataLine));
      const signature = await context.withPowerAuth(async ({ powerAuth }) => {
        const { signedText, serverSignature, isPersonal, shown, data, nonce } = payload;
        if (!(await powerAuth.verifyServerSignedData(signedText, serverSignature, !isPersonal)))
          throw forged();
        // To be seen before the password is typed.
        for (const line of shown) output.note(line);
        const password = early ?? (await passwordOf(context, passwordFile));
        return powerAuth.offlineSignature(PowerAuthAuthentication.password(password), uriId, nonce, data);
      });
      await output.result({ signature }, signature);
    },
  );

function lineOf(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(String(text))) return Number(text);
  throw usage('--data-line: expected the number of a line, got something else');
}

const forged = (): Error =>
  failure(
    PowerAuthErrorCode.AUTHENTICATION_ERROR,
    '--qr: the payload is not signed by the server for this activation; it was changed, or is for another one. Nothing was signed',
  );
