/**
 * `doctor`: looks at everything that a command needs, and says what to do about what is wrong.
 *
 * @module
 */

import type { Command } from 'commander';
import { failure, PowerAuthErrorCode, type PowerAuthErrorData } from '../../errors.ts';
import type { CommandBuilder } from '../command.ts';
import type { Finding } from '../doctor/finding.ts';

export const doctor = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'doctor',
      summary: 'check runtime, configuration, store, clock and connection',
      description: `Checks runtime, engine, configuration, store, sealing key, activation, connection, certificate and clock, asks the server whether it knows the application and the activation, and says what to do. It changes nothing. The exit code is that of the first failure.

The configuration file is JSON with baseEndpointUrl and either mobileSdkConfig (the one string that PowerAuth Server shows) or applicationKey, applicationSecret and masterPublicKey, as in the file of Wultra's command-line tool. Its place: ~/.config/powerauth-wasm/config.json (or below XDG_CONFIG_HOME), ~/Library/Application Support/powerauth-wasm/config.json on macOS, %APPDATA%\\powerauth-wasm\\Config\\config.json on Windows.`,
      examples: ['powerauth-wasm doctor', 'powerauth-wasm doctor --json'],
    },
    async (context) => {
      const { output } = context;
      const plan =
        'would check runtime, engine, configuration, store and key, and ask the server for its time, for application and activation';
      if (await context.isDryRun({}, [plan])) return;
      const { examine } = await import('../doctor/examine.ts');
      const findings = await examine(context);
      const failed = findings.find(({ level }) => level === 'fail');
      const lines = findings.flatMap((finding) => linesOf(finding, output.styled.bind(output)));
      if (failed === undefined) return output.result({ findings }, lines);
      if (!output.json) await output.result({}, lines);
      throw failure(
        failed.code ?? PowerAuthErrorCode.UNKNOWN_ERROR,
        `${failed.subject}: ${failed.remedy ?? failed.text}`,
        {
          errorData: { ...failed.errorData, findings } as PowerAuthErrorData,
        },
      );
    },
  );

const COLORS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function linesOf(
  { level, subject, text, remedy }: Finding,
  styled: (style: 'green' | 'yellow' | 'red', text: string) => string,
): string[] {
  return [
    `${styled(COLORS[level], level.padEnd(4))}  ${subject.padEnd(13)}  ${text}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(21)}-> ${remedy}`]),
  ];
}
