import { expect, onTestFinished, test, vi } from 'vitest';
import { asciiReader } from '../../src/hot-path/ascii.ts';

const TEXT = 'PowerAuth version="3.3", ~}';

test('reads from … to before …, out of the memory as it is by then', () => {
  const memory = Uint8Array.from(Buffer.from(TEXT));
  const read = asciiReader(memory);
  expect(read(0, TEXT.length)).toBe(TEXT);
  expect(read(10, 17)).toBe('version');
  expect(read(5, 5)).toBe('');
  memory.set(Buffer.from('VERSION'), 10);
  expect(read(10, 17)).toBe('VERSION');
});

test('without a Buffer, as in browsers, it reads the same', async () => {
  vi.stubGlobal('Buffer', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  // Looked up when the module is loaded: a copy of it.
  const path = '../../src/hot-path/ascii.ts?without-buffer';
  const { asciiReader: readerOfBrowsers } = (await import(
    /* @vite-ignore */ path
  )) as typeof import('../../src/hot-path/ascii.ts');
  const memory = new TextEncoder().encode(TEXT);
  const read = readerOfBrowsers(memory);
  expect(read(0, TEXT.length)).toBe(TEXT);
  memory.set(new TextEncoder().encode('VERSION'), 10);
  expect(read(10, 17)).toBe('VERSION');
});
