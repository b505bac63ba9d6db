/**
 * Answers that nobody will read.
 *
 * @module
 */

/** Drops an answer, so that its connection can be used again. Nothing is waited for. */
export function discard({ body }: Response): void {
  const cancel = async (): Promise<void> => body?.cancel();
  cancel().catch(() => undefined);
}

/** Does work that decides about an answer. If that fails, the caller gets the error, and the answer is dropped. */
export async function orDiscard<T>(response: Response, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    discard(response);
    throw error;
  }
}
