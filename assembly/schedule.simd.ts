/** The message schedule of one block, four words at a time. */

import { sigma0, sigma1 } from './lanes.simd';
import { SCHEDULE } from './layout';

/** SCHEDULE := W(0..63), of which W(0..15) are there. */
export function expandOne4(): void {
  const zero = i32x4.splat(0);
  let w0 = v128.load(SCHEDULE);
  let w1 = v128.load(SCHEDULE, 16);
  let w2 = v128.load(SCHEDULE, 32);
  let w3 = v128.load(SCHEDULE, 48);
  for (let t = SCHEDULE + 64; t < SCHEDULE + 256; t += 16) {
    let w = i32x4.add(w0, sigma0(i32x4.shuffle(w0, w1, 1, 2, 3, 4)));
    w = i32x4.add(w, i32x4.shuffle(w2, w3, 1, 2, 3, 4));
    // The last two words need the first two.
    w = i32x4.add(w, sigma1(i32x4.shuffle(w3, zero, 2, 3, 4, 4)));
    w = i32x4.add(w, sigma1(i32x4.shuffle(w, zero, 4, 4, 0, 1)));
    v128.store(t, w);
    w0 = w1;
    w1 = w2;
    w2 = w3;
    w3 = w;
  }
}
