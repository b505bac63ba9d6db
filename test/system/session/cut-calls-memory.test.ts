import { describe } from 'vitest';
import { memoryStorage, MemorySpace } from '../../../src/storage/memory.ts';
import { allMethodsAreCut, cutCalls, synonymsAreCutWithTheirMethods } from './cut-calls.ts';
import type { Place } from './cut-world.ts';

allMethodsAreCut();

describe('on a storage in memory, given by the application', () => {
  const begin = (): Promise<Place> => {
    const space = new MemorySpace();
    return Promise.resolve({ open: () => memoryStorage(space) });
  };
  synonymsAreCutWithTheirMethods(begin);
  cutCalls(begin, 7);
});
