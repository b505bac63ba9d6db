/**
 * `activate`: exchanges keys with the server, and commits.
 *
 * @module
 */

import { hostname } from 'node:os';
import type { Command } from 'commander';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { textOf, type CommandBuilder } from '../command.ts';

export const activate = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'activate',
      summary: 'activate with a code from the bank',
      description:
        'Activates with a code from the bank, sets the password, and prints id and fingerprint. Code, one-time password and password are asked for, unless a file has them. Compare the fingerprint with the one that the bank shows.',
      options: [
        ['--name <name>', "how the bank lists this device; default: the machine's name"],
        ['--code-file <file>', 'private file with the activation code; - is stdin'],
        ['--otp-file <file>', 'private file with the one-time password, if there is one; - is stdin'],
        ['--password-file <file>', 'private file with the new password; - is stdin'],
      ],
      examples: [
        "powerauth-wasm activate --name 'My laptop'",
        'powerauth-wasm activate --code-file - --password-file password.txt < code.txt',
      ],
    },
    async (context, { name, codeFile, otpFile, passwordFile }) => {
      const { output, instanceId } = context;
      const activationName = String(name ?? hostname());
      const plan = [`would activate instance ${instanceId} as ${activationName}`];
      if (await context.isDryRun({ instanceId, activationName }, plan)) return;
      const { PowerAuthActivation } = await import('../../model/power-auth-activation.ts');
      const { PowerAuthAuthentication } = await import('../../model/power-auth-authentication.ts');
      const { parseActivationCode } = await import('../../protocol/activation-code.ts');
      // Everything is asked for before anything is sent.
      const code = await context.secret({
        what: 'the activation code',
        option: '--code-file',
        file: textOf(codeFile),
      });
      parseActivationCode(code);
      // A user who has put the code into a file has put everything there.
      const hasOtp = otpFile !== undefined || codeFile === undefined;
      const otp = hasOtp
        ? await context.optionalSecret({
            what: 'the one-time password',
            option: '--otp-file',
            file: textOf(otpFile),
          })
        : undefined;
      const password = await context.secret({
        what: 'the new password',
        option: '--password-file',
        file: textOf(passwordFile),
        isNew: true,
      });

      const result = await context.withPowerAuth(async ({ powerAuth }) => {
        if (await powerAuth.hasValidActivation()) throw alreadyActive(instanceId);
        const activation = PowerAuthActivation.createWithActivationCode(code, activationName);
        if (otp !== undefined) activation.additionalActivationOtp = otp;
        const { activationFingerprint } = await powerAuth.createActivation(activation);
        await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
        const activationId = (await powerAuth.getActivationIdentifier()) ?? '';
        return { activationId, activationFingerprint };
      });
      await output.result(
        result,
        output.pairs([
          ['activation', result.activationId],
          ['fingerprint', result.activationFingerprint],
        ]),
      );
      output.note(
        otp === undefined
          ? 'Compare the fingerprint with the one that the bank shows; then the bank commits the activation.'
          : 'Compare the fingerprint with the one that the bank shows. `powerauth-wasm status` tells whether the bank still has to commit the activation.',
      );
    },
  );

const alreadyActive = (instanceId: string): Error =>
  failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_STATE,
    `Instance ${instanceId} has an activation already; remove it first, or choose another --instance`,
  );
