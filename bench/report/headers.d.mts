import type { HeaderResult } from './results.d.mts';

export const BASELINE: string;
export const BROWSER_BASELINE: string;
export function headerRows(headers: readonly HeaderResult[], ids?: readonly string[]): string[][];
