/** What goes where, and how it looks. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { Output, type OutputOptions } from '../../src/cli/output.ts';
import { openInput } from '../helpers/command-line.ts';

/** An output on streams of which the text can be read. */
function outputOf(options: Partial<OutputOptions> = {}, terminal: object = {}, other: Partial<Io> = {}) {
  const streams = { stdout: openInput(), stderr: openInput() };
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    streams[name].on('data', (data: Buffer) => void (written[name] += data.toString()));
    Object.assign(streams[name], terminal);
  }
  const io = { ...streams, stdin: openInput(), env: {}, signal: new AbortController().signal, ...other };
  return { output: new Output(io, { json: false, quiet: false, verbose: false, ...options }), written };
}

const rows = [
  ['token', 'api\nline'],
  ['activation', 'a longer cell of a table'],
];

test('a table is aligned, and becomes blocks where it does not fit', () => {
  const wide = outputOf({}, { isTTY: true, columns: 80 }).output.table(['TYPE', 'NAME'], rows);
  expect(wide).toEqual(['TYPE        NAME', 'token       api line', 'activation  a longer cell of a table']);
  const narrow = outputOf({}, { isTTY: true, columns: 30 }).output.table(['TYPE', 'NAME'], rows);
  expect(narrow).toEqual([
    'TYPE  token',
    'NAME  api line',
    '',
    'TYPE  activation',
    'NAME  a longer cell of a table',
  ]);
  expect(outputOf({}, { columns: 30 }).output.table(['TYPE', 'NAME'], rows), 'a pipe').toEqual(wide);
  expect(outputOf().output.table(['TYPE'], [])).toEqual([]);
});

test('styles appear only where there are colours', () => {
  const styled = (terminal: object): string => outputOf({}, terminal).output.styled('red', 'x');
  expect(styled({})).toBe('x');
  expect(styled({ isTTY: true, hasColors: () => false })).toBe('x');
  expect(styled({ isTTY: false, hasColors: () => true })).toBe('x');
  expect(styled({ isTTY: true, hasColors: () => true })).toContain('\u001B[');
});

test('a reader that is gone is no failure, and nothing more is written; a full disk is one', async () => {
  for (const code of ['EPIPE', 'ENOSPC']) {
    let writes = 0;
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        writes++;
        done(Object.assign(new Error(code), { code }));
      },
    }).on('error', () => undefined);
    const { output } = outputOf({}, {}, { stdout });
    const written = output.result({}, ['a line']);
    if (code === 'ENOSPC') {
      await expect(written).rejects.toThrow(code);
      continue;
    }
    await written;
    await output.raw('more');
    expect([output.isReaderGone, writes]).toEqual([true, 1]);
  }
});

test('notes are for people, details for --verbose', async () => {
  for (const [options, expected] of [
    [{}, 'note\n'],
    [{ quiet: true }, ''],
    [{ json: true }, ''],
    [{ verbose: true }, 'note\ndetail\n'],
  ] as const) {
    const { output, written } = outputOf(options);
    output.note('note');
    output.detail(['detail']);
    await output.result({ a: 1 }, ['line']);
    expect([written.stderr, written.stdout]).toEqual([
      expected,
      'json' in options ? '{"ok":true,"a":1}\n' : 'line\n',
    ]);
  }
});

test('progress is shown only at a terminal', () => {
  for (const [options, terminal, expected] of [
    [{}, { isTTY: true }, '\r\u001B[K1 of 2\r\u001B[K'],
    [{}, {}, ''],
    [{ quiet: true }, { isTTY: true }, ''],
    [{ json: true }, { isTTY: true }, ''],
  ] as const) {
    const { output, written } = outputOf(options, terminal);
    const progress = output.progress();
    progress.show('1 of 2');
    progress.show('too soon');
    progress.end();
    expect(written).toEqual({ stdout: '', stderr: expected });
  }
});

test('a failure with --verbose shows its causes', async () => {
  const error = new Error('outer', { cause: new Error('inner') });
  const { output, written } = outputOf({ verbose: true });
  await output.failure(error, 'hint');
  expect(written.stderr).toBe('error: outer\nhint\nError: outer\ncause: Error: inner\n');
});

test('foreign text controls no terminal', async () => {
  const foreign = 'a\u001B]0;title\u0007\u001B[31m\u009B31m\rb\nc';
  const { output, written } = outputOf({ verbose: true });
  await output.failure(new Error(foreign));
  output.note(foreign);
  output.detail([foreign]);
  expect(written.stdout).toBe('');
  expect(written.stderr).toMatch(/^error: .*\n.*\n.*\n.*\n$/);
  expect(written.stderr).not.toMatch(/(?!\n)\p{Cc}/u);
  const json = outputOf({ json: true });
  await json.output.failure(new Error(foreign));
  await json.output.result({ foreign }, []);
  expect(json.written.stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  const [error, result] = json.written.stdout.trimEnd().split('\n');
  expect(JSON.parse(error ?? '')).toMatchObject({ error: { message: foreign } });
  expect(JSON.parse(result ?? '')).toEqual({ ok: true, foreign });
});

test('an answer is printed byte by byte, but at a terminal without what would control it', async () => {
  const answer = Buffer.from('\u001B[2J{\n\t"a": 1\r\n}\rhidden\u009B');
  const terminal = outputOf({}, { isTTY: true });
  await terminal.output.raw(answer);
  expect(terminal.written.stdout).toBe('\uFFFD[2J{\n\t"a": 1\r\n}\uFFFDhidden\uFFFD');
  const pipe = outputOf();
  await pipe.output.raw(answer);
  expect(Buffer.from(pipe.written.stdout)).toEqual(answer);
});
