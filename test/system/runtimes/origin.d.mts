import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import type { Page, PageServer } from '../../../tools/lib/pages.mjs';

export function serveSuite(
  server: PowerAuthTestServer,
  pages?: Record<string, Page>,
  headers?: Record<string, string>,
): Promise<PageServer>;
