import { expect, test } from 'vitest';
import { buildPrompt } from '../../src/biometry/power-auth-biometric-prompt.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { error } from '../helpers/error.ts';
import { NO_INSTANCES, NO_STRINGS } from '../helpers/wrong-values.ts';

const PROMPT = {
  promptMessage: 'Please approve',
  promptTitle: 'Payment',
  cancelButton: 'No',
  fallbackButton: 'PIN',
};
const refused = (message: RegExp) =>
  expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, message)) as Error;

test('is copied: what the caller changes later changes nothing', () => {
  const given = { ...PROMPT };
  const prompt = buildPrompt(given, 'prompt');
  given.promptMessage = 'Something else';
  expect(prompt).toEqual(PROMPT);
  expect(buildPrompt({ promptMessage: '' }, 'prompt')).toEqual({ promptMessage: '' });
});

test.each(Object.keys(PROMPT))('%s must be a string', (name) => {
  const wrong = NO_STRINGS.filter(([, value]) => value !== undefined || name === 'promptMessage');
  for (const [kind, value] of wrong) {
    expect(() => buildPrompt({ ...PROMPT, [name]: value }, 'prompt'), kind).toThrow(
      refused(new RegExp(`^prompt\\.${name}: expected a string, got `)),
    );
  }
});

test.each(NO_INSTANCES)('is not %s', (_, value) => {
  expect(() => buildPrompt(value, 'prompt')).toThrow(refused(/^prompt(\.promptMessage)?: expected /));
});
