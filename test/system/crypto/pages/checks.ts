/** The conformance suite as a page runs it; its vectors are served beside it. */
import * as implementation from '#crypto';
import { cryptoChecks, type WycheproofFiles } from '../../../conformance/crypto.ts';

/** What came out. */
export type Outcome = readonly { readonly title: string; readonly error?: string }[];

(globalThis as unknown as { runChecks: () => Promise<Outcome> }).runChecks = async () => {
  const answer = await fetch('/vectors.json');
  const outcome: { title: string; error?: string }[] = [];
  for (const { title, run } of cryptoChecks(implementation, (await answer.json()) as WycheproofFiles)) {
    try {
      await run();
      outcome.push({ title });
    } catch (error) {
      outcome.push({ title, error: String(error) });
    }
  }
  return outcome;
};
