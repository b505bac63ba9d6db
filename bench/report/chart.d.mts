import type { HeaderResult } from './results.d.mts';

export function chart(
  headers: readonly Pick<HeaderResult, 'name' | 'kind' | 'median'>[],
  title: string,
): string;
