import { runNode } from './package/support.ts';

/** Makes dist/ what the sources say, before the tests of this wing use it; quick when it is already. */
export default async function build(): Promise<void> {
  await runNode(['tools/build.mjs']);
}
