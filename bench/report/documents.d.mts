import type { BrowserResults, Results } from './results.d.mts';

export const CHART: string;
export function chartOf(results: Results): string;
export function summary(node: Results): string;
export function section(node: Results, chromium: BrowserResults): string;
export function withSection(text: string, part: string): string;
