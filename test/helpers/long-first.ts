/**
 * Long test files begin first, so that no worker is left alone with one at the end. Vitest learns how long they take, but
 * knows nothing in a fresh clone, as CI has it.
 *
 * @module
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first; what they wait for counts. */
const LONG = [
  'package/consumer',
  'storage/localforage/failures',
  'browser/tabs',
  'storage/localforage/contract',
  'storage/redis/processes',
  'session/cut-calls-localforage',
  'runtimes/runtimes',
  'fleet/redis-outages',
  'memory/memory',
  'storage/redis/outages',
  'storage/redis/lines',
  'storage/localforage/gaps',
  'bench/suite',
  'storage/redis/machines',
  'session/cut-calls-memory',
  'fleet/redis',
  'storage/sqlite/processes',
  'package/server-bundle',
  'examples/browser',
  'browser/disk',
  'browser/whole-api',
  'biometry/webauthn',
  'crash/deaths',
  'storage/redis/failures',
  'browser/scale',
].map((name) => `test/system/${name}.test.ts`);

export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { root } = this.ctx.config;
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.indexOf(relative(root, moduleId).replaceAll('\\', '/'));
      return place < 0 ? LONG.length : place;
    };
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return sorted.sort((a, b) => groupOf(a) - groupOf(b) || placeOf(a) - placeOf(b));
  }
}
