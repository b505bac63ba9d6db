import { expect, test } from 'vitest';
import { PowerAuthTestFaults } from '../../src/testing/faults.ts';

test('there are none until one is ordered', () => {
  expect(new PowerAuthTestFaults().take('/a')).toEqual({});
});

test('a fault is in force for its path and so many requests', () => {
  const faults = new PowerAuthTestFaults();
  faults.add({ path: '/a', count: 2, status: 500 });
  expect(faults.take('/b')).toEqual({});
  expect(faults.take('/a')).toMatchObject({ status: 500 });
  expect(faults.take('/a')).toMatchObject({ status: 500 });
  expect(faults.take('/a')).toEqual({});
});

test('without a path it is for all, without a count for good, until it is taken back', () => {
  const faults = new PowerAuthTestFaults();
  faults.add({ delay: 5 });
  for (let i = 0; i < 100; i++) expect(faults.take(`/${i}`)).toEqual({ delay: 5 });
  faults.clear();
  expect(faults.take('/a')).toEqual({});
});

test('of several that fit, the first one is taken until it is used up', () => {
  const faults = new PowerAuthTestFaults();
  faults.add({ path: '/a', count: 1, status: 501 });
  faults.add({ count: 1, status: 502 });
  faults.add({ path: '/a', status: 503 });
  expect(['/b', '/a', '/a', '/a'].map((path) => faults.take(path).status)).toEqual([502, 501, 503, 503]);
});

test('what the caller changes in its object later, and none at all, changes nothing', () => {
  const faults = new PowerAuthTestFaults();
  const fault = { status: 500 };
  faults.add(fault);
  faults.add({ count: 0, status: 501 });
  fault.status = 400;
  expect(faults.take('/a')).toEqual({ status: 500 });
});

test('it lists those in force, with the requests that are left', () => {
  const faults = new PowerAuthTestFaults();
  expect(faults.list()).toEqual([]);
  faults.add({ path: '/a', count: 2, status: 500 });
  faults.add({ delay: 5 });
  faults.take('/a');
  expect(faults.list()).toEqual([{ path: '/a', count: 1, status: 500 }, { delay: 5 }]);
  faults.take('/a');
  expect(faults.list()).toEqual([{ delay: 5 }]);
  faults.clear();
  expect(faults.list()).toEqual([]);
});
