import type { InstancesResults } from './results.d.mts';

export const PLOT: string;
export function instancesPlot(results: InstancesResults): string;
export function instanceRows(results: InstancesResults): string[][];
export function missedGoals(results: InstancesResults): string[];
