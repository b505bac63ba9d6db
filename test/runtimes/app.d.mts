export function prepareApp(): Promise<string>;

/** Makes an empty application anew under build/, with the package from dist among its node_modules; its folder. */
export function emptyApp(name: string): string;
