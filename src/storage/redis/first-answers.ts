/**
 * Asks several servers at once.
 *
 * @module
 */

import { keepsNothingAlive, type Timer } from '../../util/timers.ts';

/**
 * The first answer, and those that come soon after it.
 *
 * @throws the first error, if there is no answer at all
 */
export function firstAnswers<T>(questions: readonly Promise<T>[], ms: number): Promise<[T, ...T[]]> {
  return new Promise((resolve, reject) => {
    const answers: T[] = [];
    let failed = 0;
    let error: unknown;
    let timer: Timer | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      const [first, ...others] = answers;
      // An error of a server, as it came.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      if (answers.length === 0) reject(error);
      else resolve([first, ...others] as [T, ...T[]]);
    };
    for (const question of questions) {
      question.then(
        (answer) => {
          answers.push(answer);
          if (answers.length + failed === questions.length) finish();
          else timer ??= keepsNothingAlive(setTimeout(finish, ms));
        },
        (cause: unknown) => {
          if (failed++ === 0) error = cause;
          if (answers.length + failed === questions.length) finish();
        },
      );
    }
  });
}
