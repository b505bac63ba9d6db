/**
 * `status`: what the server says about the activation.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';

/** What has to happen before the activation can be used, by its state. */
export const NEXT_STEPS: Readonly<Record<string, string | undefined>> = {
  PENDING_COMMIT: 'The bank has yet to commit the activation.',
  BLOCKED: 'Only the bank can unblock the activation.',
  REMOVED: '`powerauth-wasm remove --local` removes it here; then activate again.',
  DEADLOCK: '`powerauth-wasm remove --local` removes it here; then activate again.',
};

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
      const next = NEXT_STEPS[result.state];
      await output.result(
        result,
        output.pairs([
          ['activation', result.activationId ?? ''],
          ['fingerprint', result.activationFingerprint ?? ''],
          ['state', result.state],
          // Nothing can be attempted in another state.
          [
            'attempts left',
            next === undefined ? `${result.remainingAttempts} of ${result.maxFailCount}` : '',
          ],
        ]),
      );
      if (next !== undefined) output.note(next);
    },
  );
