import { describe, vi } from 'vitest';
import { deconfigureOvertakes } from './deconfigure.ts';

// What package.json's `imports` choose in runtimes that are neither Node nor browsers.
vi.mock('#platform', () => import('../../src/platform/default.ts'));

describe('in memory, the default in other runtimes', () => {
  deconfigureOvertakes(() => Promise.resolve());
});
