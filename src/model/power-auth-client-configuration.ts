/**
 * How an instance communicates with its server, and what it runs on.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { ENGINE_NAMES, type EngineName } from '../hot-path/types.ts';
import type { PowerAuthClock } from '../net/clock.ts';
import { check, isWellFormed } from '../util/validate.ts';
import type { PowerAuthEvent } from '../util/events.ts';
import { withHidden } from '../util/hidden.ts';

/**
 * A header that is added to each request.
 *
 * @example
 * ```ts
 * const header: PowerAuthHttpHeader = { name: 'X-Bank-App', value: '1.0' };
 * ```
 */
export interface PowerAuthHttpHeader {
  /** Name of the header. */
  name: string;
  /** Its value, sent as it is. */
  value: string;
}

/**
 * Credentials of HTTP Basic authentication, added to each request.
 *
 * @example
 * ```ts
 * await powerAuth.configure(configuration, { basicHttpAuthentication: { username: 'app', password: 'secret' } });
 * ```
 */
export interface PowerAuthBasicHttpAuthentication {
  /** User name, without a colon. */
  username: string;
  /** Password. */
  password: string;
}

/**
 * Settings of the HTTP client; all optional. Those of the runtime (`fetch`, `clock`, `engine`, `observer`) don't exist in the other
 * SDKs.
 *
 * @example
 * ```ts
 * const client: PowerAuthClientConfigurationType = { connectionTimeout: 10, readTimeout: 10 };
 * ```
 */
export interface PowerAuthClientConfigurationType {
  /** Allows `http://` base URLs, for tests. Default false. */
  readonly enableUnsecureTraffic?: boolean;
  /**
   * Seconds until the answer of a server has to begin. Default 20. `fetch` cannot tell connecting from waiting: the
   * time counts from the beginning of the request. If {@link readTimeout} is shorter, it applies instead.
   */
  readonly connectionTimeout?: number;
  /**
   * Seconds that a request may take in all, from its beginning to the last byte of the answer, however slowly it
   * arrives. Default
   * 20.
   */
  readonly readTimeout?: number;
  /** Headers for each request. Default none. */
  readonly customHttpHeaders?: PowerAuthHttpHeader[] | null;
  /** Basic authentication for each request. Default none. */
  readonly basicHttpAuthentication?: PowerAuthBasicHttpAuthentication | null;
  /** The `fetch` to use. Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** The clocks to read. Default: `Date.now` and `performance.now`. */
  readonly clock?: PowerAuthClock;
  /** The engine that makes token headers. Default: the fastest that the runtime supports. */
  readonly engine?: EngineName;
  /**
   * Is told what the SDK does, see docs/insight.md. What it returns is ignored, and what it throws. Default none.
   */
  readonly observer?: (event: PowerAuthEvent) => unknown;
}

const seconds = s.refine(
  s.number('a positive number of seconds'),
  (value) => value > 0 && value <= 86_400,
  'a positive number of seconds, at most a day',
);
const func = (expected: string) =>
  s.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', expected);

/** Text that goes into a header as UTF-8. */
const wellFormed = s.refine(s.string('a string'), isWellFormed, 'well-formed text');

const clientConfigurationSchema = s.object(
  {
    enableUnsecureTraffic: s.optional(s.boolean('true or false'), false),
    connectionTimeout: s.optional(seconds, 20),
    readTimeout: s.optional(seconds, 20),
    customHttpHeaders: s.nullish(
      s.array(
        s.object({ name: s.string('a string'), value: s.string('a string') }, 'an object {name, value}'),
        'an array of {name, value}',
      ),
      null,
    ),
    basicHttpAuthentication: s.nullish(
      s.object({ username: wellFormed, password: wellFormed }, 'an object {username, password}'),
      null,
    ),
    fetch: s.optional(func('a fetch function')),
    clock: s.optional(
      s.custom<PowerAuthClock>(
        (value) =>
          typeof value === 'object' &&
          value !== null &&
          typeof (value as Partial<PowerAuthClock>).now === 'function' &&
          typeof (value as Partial<PowerAuthClock>).monotonic === 'function',
        'an object with now() and monotonic()',
      ),
    ),
    engine: s.optional(s.oneOf(ENGINE_NAMES)),
    observer: s.optional(func('a function')),
  },
  'a PowerAuthClientConfiguration',
);

/**
 * A frozen, checked copy with the defaults filled in. No JSON, log or copy of it contains headers and credentials.
 *
 * @param input settings, a {@link PowerAuthClientConfiguration}, or undefined for the defaults
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const client = buildClientConfiguration({ readTimeout: 5 }); // connectionTimeout is 20
 * ```
 */
export function buildClientConfiguration(
  input?: PowerAuthClientConfigurationType,
): PowerAuthClientConfigurationType &
  Required<Omit<PowerAuthClientConfigurationType, 'fetch' | 'clock' | 'engine' | 'observer'>> {
  const { fetch, clock, engine, observer, customHttpHeaders, basicHttpAuthentication, ...rest } = check(
    clientConfigurationSchema,
    input ?? {},
    'clientConfiguration',
    PowerAuthErrorCode.WRONG_PARAMETER,
  );
  // Instances share them.
  customHttpHeaders?.forEach((header) => Object.freeze(header));
  Object.freeze(customHttpHeaders);
  Object.freeze(basicHttpAuthentication);
  return withHidden(
    {
      ...rest,
      ...(fetch === undefined ? {} : { fetch: fetch as typeof globalThis.fetch }),
      ...(clock === undefined ? {} : { clock }),
      ...(engine === undefined ? {} : { engine }),
      ...(observer === undefined ? {} : { observer: observer as (event: PowerAuthEvent) => unknown }),
    },
    { customHttpHeaders, basicHttpAuthentication },
  );
}
