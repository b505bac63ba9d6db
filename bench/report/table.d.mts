export function textTable(rows: readonly (readonly string[])[]): string;
export function markdownTable(rows: readonly (readonly string[])[]): string;
