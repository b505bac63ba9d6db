import type { Results } from './results.d.mts';

export function goals(
  results: Results,
): { readonly what: string; readonly goal: string; readonly reached: string; readonly met: boolean }[];
export function goalRows(results: Results): string[][];
