/** The example commands in docs/cli.md, run one after another in a shell, and what they print. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, setStage } from './stage.ts';

/** The examples of a page: command and output. */
async function examplesOf(page: string): Promise<{ command: string; output: string }[]> {
  const text = await readFile(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/<!-- example:cli -->\s*```console\n([^]*?)```/g)].map(
    ([, block = '']) => block,
  );
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const end = example.indexOf('\n');
        return { command: example.slice(0, end), output: example.slice(end + 1) };
      }),
  );
}

/** Without what is different each time. */
const stable = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/[A-Za-z0-9+/]{43}=/g, '<32 bytes>')
    .replace(/[A-Za-z0-9+/]{22}==/g, '<16 bytes>')
    .replace(/\b\d{13}\b/g, '<time>')
    .replace(/(fingerprint +)\d{8}/g, '$1<digits>');

test('docs/cli.md: each example prints what the page says', async () => {
  const { server, shell, file } = await setStage();
  const { activationId, activationCode } = await server.ask('createActivation', { userId: 'alice' });
  await file('code.txt', activationCode);
  await file('password.txt', 'correct horse battery');
  await file('payment.json', '{"amount":100}', 0o644);
  const examples = await examplesOf('docs/cli.md');
  expect(examples.length).toBeGreaterThan(10);
  for (const { command, output } of examples) {
    const line = command.replaceAll('https://bank.example', server.configuration.baseEndpointUrl);
    const { stdout } = await shell(`{ ${line}\n} 2>&1`);
    expect(stable(stdout).trimEnd(), command).toBe(stable(output).trimEnd());
    // What the bank does.
    if (command.includes(' activate ')) await server.ask('commitActivation', activationId);
  }
});
