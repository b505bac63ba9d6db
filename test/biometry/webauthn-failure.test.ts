import { expect, test } from 'vitest';
import { biometryFailure } from '../../src/biometry/webauthn-failure.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { error } from '../helpers/error.ts';

const { BIOMETRY_CANCEL, BIOMETRY_FAILED, BIOMETRY_NOT_AVAILABLE, BIOMETRY_NOT_SUPPORTED } =
  PowerAuthErrorCode;

test.each([
  ['NotAllowedError', BIOMETRY_CANCEL, BIOMETRY_NOT_AVAILABLE],
  ['SecurityError', BIOMETRY_NOT_AVAILABLE, BIOMETRY_NOT_AVAILABLE],
  ['ConstraintError', BIOMETRY_NOT_SUPPORTED, BIOMETRY_NOT_SUPPORTED],
  ['NotSupportedError', BIOMETRY_NOT_SUPPORTED, BIOMETRY_NOT_SUPPORTED],
  ['OperationError', BIOMETRY_NOT_AVAILABLE, BIOMETRY_NOT_AVAILABLE],
  ['InvalidStateError', BIOMETRY_FAILED, BIOMETRY_FAILED],
  ['constructor', BIOMETRY_FAILED, BIOMETRY_FAILED],
] as const)('%s is a %s; in a page that is not in front, a %s', (name, inFront, behind) => {
  const cause = new DOMException('of the browser', name);
  expect(biometryFailure(cause, true)).toMatchObject({ ...error(inFront, /\w{3}/), cause });
  expect(biometryFailure(cause, false)).toMatchObject({ ...error(behind, /\w{3}/), cause });
});

test('a refusal in a page that is not in front says that this is the reason', () => {
  expect(biometryFailure(new DOMException('', 'NotAllowedError'), false).message).toMatch(/in front/);
  expect(biometryFailure(new DOMException('', 'NotAllowedError'), true).message).not.toMatch(/in front/);
});

test.each<readonly [string, unknown]>([
  ['an error that is called like one of a browser', Object.assign(new Error('x'), { name: 'SecurityError' })],
  ['text', 'NotAllowedError'],
  ['undefined', undefined],
])('%s is a BIOMETRY_FAILED', (_, cause) => {
  expect(biometryFailure(cause, true)).toMatchObject(error(BIOMETRY_FAILED));
});
