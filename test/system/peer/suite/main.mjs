/**
 * Runs the tests of the React Native SDK's test app and prints how they ended. Bundled by `./run.mjs`.
 *
 * @module
 */
import { getInteractiveLibraryTests, getLibraryTests, getTestbedTests } from 'peer:_tests/AllTests';
import { getTestConfig } from 'peer:src/Config';
import { TestEventType, TestRunner } from 'peer:src/testbed';
import { PowerAuthError, PowerAuthErrorCode } from 'powerauth-wasm';
import { FAILING, LEFT_OUT } from './differences.mjs';
import { setUser } from './platform.mjs';
import { embedded } from './test-client.mjs';

const fail = (code) => {
  throw new PowerAuthError(undefined, 'As the test asks', code);
};
/** What an interactive test asks its user to do, by the words of its prompt. */
const USERS = [
  [/cancel/i, () => false],
  [/fallback button/i, () => fail(PowerAuthErrorCode.BIOMETRY_FALLBACK)],
  [/passcode/i, () => true],
  [/fail/i, () => fail(PowerAuthErrorCode.BIOMETRY_NOT_RECOGNIZED)],
];
const interaction = {
  async showPrompt(context, message) {
    setUser(USERS.find(([words]) => words.test(message))?.[1]);
  },
  // Long pauses are for the keys in native memory, which there are none of.
  sleepWithProgress: (context, ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 100))),
};

const counts = { passed: 0, skipped: 0, 'failed as they must': 0 };
/** How many tests of a suite passed. */
const suites = {};
const wrong = [];
const monitor = {
  reportEvent({ eventType, suite, testName, message, failReason, failCallstack }) {
    const test = testName === undefined ? suite : `${suite}.${testName}`;
    const because = `${failReason?.code ?? ''} ${failCallstack ?? message ?? failReason ?? ''}`;
    if (eventType === TestEventType.TEST_SUCCESS) {
      counts.passed++;
      suites[suite] = (suites[suite] ?? 0) + 1;
      if (test in FAILING) wrong.push(`${test} passes, and is said to fail`);
    } else if (eventType === TestEventType.TEST_SKIPPED || eventType === TestEventType.SUITE_SKIP) {
      counts.skipped++;
      console.log(`skipped: ${test}: ${message}`);
    } else if (test in FAILING && eventType === TestEventType.TEST_FAIL) {
      counts['failed as they must']++;
    } else if (eventType === TestEventType.TEST_FAIL && testName !== undefined) {
      wrong.push(`${test}: ${because}`);
    } else if (eventType === TestEventType.SUITE_FAIL || eventType === TestEventType.BATCH_FAIL) {
      if (failReason !== undefined) wrong.push(`${suite}: ${because}`);
    }
  },
  reportTestSuitesProgress: () => undefined,
  reportAllTestsProgress: () => undefined,
};

const config = await getTestConfig();
for (const [name, make] of Object.entries({
  getLibraryTests,
  getInteractiveLibraryTests,
  getTestbedTests,
})) {
  const run = make().filter(({ suiteName }) => !LEFT_OUT.includes(suiteName));
  await new TestRunner(name, config, monitor, interaction).runTests(run);
}
await embedded.close();

for (const [suite, passed] of Object.entries(suites)) console.log(`  ${String(passed).padStart(3)} ${suite}`);
const summary = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
console.log(`as ${process.env.PEER_OS}: ${summary.join(', ')}, ${wrong.length} wrong`);
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 && counts.passed > 0 ? 0 : 1;
