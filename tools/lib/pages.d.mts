import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BuildOptions } from 'esbuild';

export type Page =
  | string
  | Uint8Array
  | {
      readonly body: string | Uint8Array;
      readonly type?: string;
      readonly headers?: Record<string, string>;
    };
export interface PageServer {
  readonly origin: string;
  close(): Promise<void>;
}
export function bundleForPage(entry: string | URL, options?: BuildOptions): Promise<string>;
export function servePages(
  content: string | Record<string, Page>,
  options?: {
    readonly headers?: Record<string, string> | undefined;
    readonly otherwise?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  },
): Promise<PageServer>;
