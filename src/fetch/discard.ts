/**
 * What is left over when a request fails half way.
 *
 * @module
 */

/** Drops an answer that nobody will read, so that its connection can be used again. Nothing is waited for. */
export function discard({ body }: Response): void {
  quietly(() => body?.cancel());
}

/** Does work. If that fails, the caller gets the error, and what is left over is cleaned up. */
export async function orElse<T>(work: () => T | Promise<T>, cleanUp: () => unknown): Promise<T> {
  try {
    return await work();
  } catch (error) {
    quietly(cleanUp);
    throw error;
  }
}

function quietly(work: () => unknown): void {
  (async () => work())().catch(() => undefined);
}
