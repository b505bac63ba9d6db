/**
 * `status`: what the server says about the activation.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';

export const status = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'status',
      summary: "the activation's state on the server",
      examples: ['powerauth-wasm status', 'powerauth-wasm status --json'],
    },
    async (context) => {
      const { output, instanceId } = context;
      if (
        await context.isDryRun({ instanceId }, [
          `would ask the server for the state of instance ${instanceId}`,
        ])
      )
        return;
      const result = await context.withPowerAuth(async ({ powerAuth }) => {
        const { state, failCount, maxFailCount, remainingAttempts } = await powerAuth.fetchActivationStatus();
        const activationId = await powerAuth.getActivationIdentifier();
        const activationFingerprint = await powerAuth.getActivationFingerprint();
        return {
          activationId,
          activationFingerprint,
          state,
          failCount,
          maxFailCount,
          remainingAttempts,
        };
      });
      await output.result(
        result,
        output.pairs([
          ['activation', result.activationId ?? ''],
          ['fingerprint', result.activationFingerprint ?? ''],
          ['state', result.state],
          ['attempts left', `${result.remainingAttempts} of ${result.maxFailCount}`],
        ]),
      );
    },
  );
