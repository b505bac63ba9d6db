import { describe } from 'vitest';
import { memoryStorage, MemorySpace } from '../../../src/storage/memory.ts';
import { allMethodsAreCut, cutCalls } from './cut-calls.ts';

allMethodsAreCut();

describe('on a storage in memory, given by the application', () => {
  cutCalls(() => {
    const space = new MemorySpace();
    return Promise.resolve({ open: () => memoryStorage(space) });
  }, 7);
});
