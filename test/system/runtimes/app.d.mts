export function prepareApp(): Promise<string>;

/** Makes an empty application anew under build/, with the package from dist among its node_modules; its folder. */
export function emptyApp(name: string): string;

/** Makes `store.mjs` of the prepared app one file without packages; its folder. */
export function bundleStore(): Promise<string>;
