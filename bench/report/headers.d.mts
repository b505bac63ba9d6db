import type { HeaderResult } from './results.d.mts';

export const BASELINE: string;
export function headerRows(headers: readonly HeaderResult[], baseline?: string): string[][];
