export function prepareApp(): Promise<string>;
