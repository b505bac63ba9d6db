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
  'storage/contract',
  'cli/install',
  'package/consumer',
  'chaos/chaos',
  'testing/recipes',
  'examples/fleet',
  'storage/localforage/failures',
  'storage/scale',
  'storage/localforage/contract',
  'playground/playground',
  'storage/redis/cluster',
  'storage/redis/processes',
  'storage/postgres/failures',
  'package/build',
  'storage/redis/cluster-down',
  'browser/tabs',
  'storage/redis/cluster-processes',
  'storage/postgres/poolers',
  'examples/browser',
  'fleet/redis-outages',
  'cli/docs',
  'storage/redis/durability',
  'package/server-bundle',
  'fleet/redis-sentinel',
  'browser/disk',
  'crash/failover',
  'browser/whole-api',
  'session/cut-calls-localforage',
  'runtimes/runtimes',
  'crypto/runtimes',
  'fleet/sqlite',
  'crash/deaths',
  'storage/postgres/processes',
  'fleet/postgres',
  'storage/postgres/machines',
  'cli/journey',
  'cli/pipes',
  'cli/terminal',
  'storage/redis/outages',
  'storage/redis/lines',
  'biometry/webauthn',
  'fleet/redis-cluster',
  'crash/redis-cluster',
  'storage/redis/machines',
  'session/cut-calls-redis',
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
