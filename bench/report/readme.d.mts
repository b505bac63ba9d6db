import type { Results } from './results.d.mts';

export const CHART: string;
export function chartOf(results: Results): string;
export function section(results: Results): string;
export function withSection(readme: string, text: string): string;
