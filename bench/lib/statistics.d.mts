export interface Summary {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}
export function quantile(samples: readonly number[], share: number): number;
export function median(samples: readonly number[]): number;
export function summary(samples: readonly number[]): Summary;
export function rounded(value: number): number;
