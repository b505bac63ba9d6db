import { describe, vi } from 'vitest';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import { overtakenCalls } from './deconfigure.ts';

// What package.json's `imports` choose in runtimes that are neither Node nor browsers.
vi.mock('#platform', () => import('../../src/platform/default.ts'));

describe('in memory, the default in other runtimes', () => {
  overtakenCalls(() => Promise.resolve({}));
});

describe.each(['deconfigure', 'close'] as const)('on a storage of the caller’s, %s', (overtaking) => {
  overtakenCalls(() => {
    const space = new MemorySpace();
    return Promise.resolve({ open: () => memoryStorage(space), overtaking });
  });
});
