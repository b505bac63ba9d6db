/**
 * The commands that the pages show in blocks of `sh` and `console`, and what they print there. A block after
 * `<!-- example:cli -->` is run by `test/system/cli/docs.test.ts`, with everything it needs.
 *
 * @module
 */

/** A command of a page. */
export interface ShownCommand {
  readonly command: string;
  /** What the page says that it prints, in a `console` block; undefined in an `sh` block. */
  readonly output: string | undefined;
  /** The name after `example:`, if the block has one. */
  readonly example: string | undefined;
}

const BLOCK = /(?:<!-- example:([\w-]+) -->\s*)?^( *)```(sh|bash|shell|console)\n([^]*?)^\2```/gm;

/** The commands of a page, in their order. */
export const shownCommands = (page: string): ShownCommand[] =>
  [...page.matchAll(BLOCK)].flatMap(([, example, , language, block = '']) =>
    (language === 'console' ? withOutput(block) : lines(block)).map((shown) => ({ ...shown, example })),
  );

/** `$ command`, then the lines that it prints. */
const withOutput = (block: string): Omit<ShownCommand, 'example'>[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((example) => {
      const end = example.indexOf('\n');
      return { command: example.slice(0, end), output: example.slice(end + 1) };
    });

/** A command in each line, unless it goes on in the next one. */
const lines = (block: string): Omit<ShownCommand, 'example'>[] =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((command) => ({ command, output: undefined }));
