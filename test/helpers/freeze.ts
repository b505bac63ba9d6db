/** Stopping as a frozen process does, at a moment of one's own choice. */

/** Tells the parent, and stops this process, all of its threads, until it gets SIGCONT. No timer and no message is seen before. */
export async function freezeNow(message: string): Promise<void> {
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  process.kill(process.pid, 'SIGSTOP');
  // The signal may take a moment to reach this thread; nothing may happen in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
