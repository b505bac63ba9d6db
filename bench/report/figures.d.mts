export function number(value: number): string;
export function times(ratio: number): string;
export function rate(perSecond: number): string;
