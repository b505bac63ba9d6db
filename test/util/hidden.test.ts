import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hideGetters, hideMembers, keepSecrets, withHidden } from '../../src/util/hidden.ts';

const SECRET = 'geheim';

/** Whatever prints, lists or copies an object. */
function shown(object: object): string {
  const options = { showHidden: true, getters: true, depth: Infinity } as const;
  return [
    JSON.stringify(object),
    inspect(object),
    inspect(object, options),
    inspect({ ...object }, options),
    inspect(Object.assign({}, object)),
    inspect(Object.entries(object)),
    inspect(structuredClone(object), options),
  ].join('\n');
}

describe('withHidden', () => {
  test('has the members of both, prints only the visible ones, and is frozen', () => {
    const object = withHidden({ visible: 1 }, { key: SECRET });
    expect([object.visible, object.key]).toEqual([1, SECRET]);
    expect(shown(object)).not.toContain(SECRET);
    expect(inspect(object)).toBe('{ visible: 1 }');
    expect(Object.keys(object)).toEqual(['visible']);
    expect(Object.isFrozen(object)).toBe(true);
    expect(() => Object.assign(object, { key: 'other' })).toThrow(TypeError);
    expect(object.key).toBe(SECRET);
  });

  test('shows that a secret is absent', () => {
    expect(JSON.stringify(withHidden({ a: 1 }, { key: null, other: SECRET }))).toBe('{"a":1,"key":null}');
  });

  test('is compared with plain objects by what is visible', () => {
    expect(withHidden({ visible: 1 }, { key: SECRET })).toEqual({ visible: 1 });
    expect(withHidden({ visible: 1 }, {})).toBeInstanceOf(Object);
  });
});

describe('hideGetters', () => {
  class Base {
    readonly visible = 1;
  }
  class Keeper extends Base {
    static {
      hideGetters(this.prototype, ['key']);
    }
    get key(): string {
      return SECRET;
    }
    get other(): number {
      return this.visible + 1;
    }
  }

  test('leaves the getter readable and inherited, and nothing prints it', () => {
    const keeper = new Keeper();
    expect([keeper.key, keeper.other, keeper.visible]).toEqual([SECRET, 2, 1]);
    expect(keeper).toBeInstanceOf(Base);
    expect(shown(keeper)).not.toContain(SECRET);
    expect('key' in keeper).toBe(true);
    expect(Object.hasOwn(Keeper.prototype, 'key')).toBe(false);
  });
});

describe('hideMembers and keepSecrets', () => {
  class Keeper {
    readonly visible = 1;
    declare key: string | null | undefined;
    declare other: string | undefined;
    static {
      hideMembers(this.prototype, ['key', 'other']);
    }
    constructor() {
      keepSecrets(this, ['key']);
    }
  }

  test('a member that is shown is null until it is set, and then nothing prints it', () => {
    const keeper = new Keeper();
    expect(JSON.stringify(keeper)).toBe('{"visible":1,"key":null}');
    keeper.key = null;
    expect(keeper.key).toBe(null);
    expect(Object.keys(keeper)).toEqual(['visible', 'key']);
    keeper.key = SECRET;
    expect(keeper.key).toBe(SECRET);
    expect(Object.keys(keeper)).toEqual(['visible']);
    expect(shown(keeper)).not.toContain(SECRET);
    keeper.key = `${SECRET} 2`;
    expect(keeper.key).toBe(`${SECRET} 2`);
    expect(shown(keeper)).not.toContain(SECRET);
  });

  test('a member that is not shown is undefined until it is set', () => {
    const keeper = new Keeper();
    expect(keeper.other).toBe(undefined);
    keeper.other = SECRET;
    expect(keeper.other).toBe(SECRET);
    expect(shown(keeper)).not.toContain(SECRET);
  });

  test('objects do not share them', () => {
    const [one, two] = [new Keeper(), new Keeper()];
    one.key = SECRET;
    one.other = SECRET;
    expect([two.key, two.other]).toEqual([null, undefined]);
  });

  test('they are found through a proxy, as Vue makes one', () => {
    const keeper = new Keeper();
    const proxy = new Proxy(keeper, {});
    proxy.other = SECRET;
    expect([proxy.other, keeper.other]).toEqual([SECRET, SECRET]);
  });

  test('the prototype itself has none, and takes none', () => {
    Keeper.prototype.other = SECRET;
    expect(Keeper.prototype.other).toBe(undefined);
    expect(new Keeper().other).toBe(undefined);
  });
});
