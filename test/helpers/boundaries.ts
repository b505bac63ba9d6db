import { vi } from 'vitest';

/** What engines do at their boundaries. */
export interface Boundaries {
  /** Calls into WebAssembly by the name of the export. */
  readonly calls: Record<string, number>;
  /** Headers that were made there, whether anybody gets them or not: each costs two compressions. */
  made: number;
  /** Of each WebAssembly instance that was made. */
  readonly memories: WebAssembly.Memory[];
}

/** Counts what engines do that are made from here on, until mocks are restored. */
export function watchBoundaries(): Boundaries {
  const calls: Record<string, number> = {};
  const boundaries: Boundaries = { calls, made: 0, memories: [] };
  const { instantiate } = WebAssembly;
  vi.spyOn(WebAssembly, 'instantiate').mockImplementation((async (bytes: BufferSource) => {
    const { instance } = await instantiate(bytes);
    boundaries.memories.push(instance.exports['memory'] as WebAssembly.Memory);
    const exports = Object.fromEntries(
      Object.entries(instance.exports).map(([name, value]) => [
        name,
        typeof value === 'function'
          ? (...args: unknown[]): unknown => {
              calls[name] = (calls[name] ?? 0) + 1;
              if (name === 'headers' || name === 'digests') boundaries.made += Number(args[0]);
              return (value as (...args: unknown[]) => unknown)(...args);
            }
          : value,
      ]),
    );
    return { instance: { exports } };
  }) as unknown as typeof WebAssembly.instantiate);
  return boundaries;
}
