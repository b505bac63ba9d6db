/**
 * `remove`: ends the activation.
 *
 * @module
 */

import type { Command } from 'commander';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import type { CommandBuilder } from '../command.ts';
import { passwordOf } from '../password.ts';

export const remove = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'remove',
      summary: 'remove the activation from the server and from here',
      description:
        'Removes the activation from the server, which takes the password, and then from here, with all its tokens.',
      options: [
        ['--local', 'only from here: the server is not told, and still lists it'],
        ['--password-file <file>', 'private file with the password; - is stdin'],
      ],
      examples: ['powerauth-wasm remove', 'powerauth-wasm remove --local'],
    },
    async (context, { local, passwordFile }) => {
      const { output, instanceId } = context;
      const where = local === true ? 'here' : 'the server and here';
      if (
        await context.isDryRun({ instanceId, local: local === true }, [
          `would remove the activation of instance ${instanceId} from ${where}`,
        ])
      )
        return;
      const password = local === true ? undefined : await passwordOf(context, passwordFile);
      const { PowerAuthAuthentication } = await import('../../model/power-auth-authentication.ts');
      const activationId = await context.withPowerAuth(async ({ powerAuth }) => {
        const id = await powerAuth.getActivationIdentifier();
        if (id === undefined) throw missing(instanceId);
        await (password === undefined
          ? powerAuth.removeActivationLocal()
          : powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(password)));
        return id;
      });
      await output.result({ activationId, local: local === true }, `removed ${activationId}`);
    },
  );

const missing = (instanceId: string): Error =>
  failure(
    PowerAuthErrorCode.MISSING_ACTIVATION,
    `Instance ${instanceId} has no activation; there is nothing to remove`,
  );
