/**
 * Tells observers what the SDK does: the application's own, subscribers of Node's `diagnostics_channel`, and a tracer
 * that prints.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthEvent, PowerAuthEventType } from './events.ts';
import { isInstance } from './instance.ts';

/** An application's function. What it returns is ignored. */
export type Observer = (event: PowerAuthEvent) => unknown;

/** An event's members, without those that {@link Insight} adds. */
type Fields<T extends PowerAuthEventType> = Omit<
  Extract<PowerAuthEvent, { readonly type: T }>,
  'type' | 'instanceId'
>;

/** Tells one event. The members are only made if somebody listens. */
export type Tell = <T extends PowerAuthEventType>(type: T, count: string, fields: () => Fields<T>) => void;

/** A channel of Node's `diagnostics_channel`. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** Opens a channel, where the platform has channels. */
export type OpenChannel = (name: string) => Channel | undefined;

/** By the type of the events. */
const channels = new Map<string, Channel | undefined>();

let tracer: Observer | undefined;

/** Passes all events of this thread to a function, or to none any more. */
export function traceAll(observer: Observer | undefined): void {
  tracer = observer;
}

/** Calls an observer, which can do no harm. */
function call(observer: Observer, event: PowerAuthEvent): void {
  try {
    const result = observer(event);
    // A promise that is rejected would end a process, also one of another realm or library.
    if (typeof result === 'object' && result !== null && 'then' in result) {
      Promise.resolve(result).catch(() => undefined);
    }
  } catch {
    // Nobody could do anything about it.
  }
}

/** What the instances with the same settings tell. */
export class Insight {
  readonly #observer: Observer | undefined;
  readonly #openChannel: OpenChannel;
  /** Made with the first event: many settings tell none. */
  #counts: Map<string, number> | undefined;

  constructor(observer: Observer | undefined, openChannel: OpenChannel) {
    this.#observer = observer;
    this.#openChannel = openChannel;
  }

  /** How often events of this name were told. */
  count(name: string): number {
    return this.#counts?.get(name) ?? 0;
  }

  /** A function that tells events of one instance, or of no particular one. */
  of(instanceId?: string): Tell {
    return (type, count, fields) => {
      (this.#counts ??= new Map<string, number>()).set(count, this.count(count) + 1);
      const channel = this.#channelOf(type);
      const isPublished = channel?.hasSubscribers === true;
      if (this.#observer === undefined && tracer === undefined && !isPublished) return;
      const own = instanceId === undefined ? {} : { instanceId };
      const event = Object.freeze({ type, ...own, ...fields() }) as unknown as PowerAuthEvent;
      if (this.#observer !== undefined) call(this.#observer, event);
      if (tracer !== undefined) call(tracer, event);
      if (isPublished) call((message) => channel.publish(message), event);
    };
  }

  #channelOf(type: string): Channel | undefined {
    if (!channels.has(type)) channels.set(type, this.#openChannel(`powerauth-wasm:${type}`));
    return channels.get(type);
  }
}

/**
 * Does work that ends with an event.
 *
 * @param fields of the event, from its duration in ms and the error, if it failed
 */
export async function timed<T, E extends PowerAuthEventType>(
  tell: Tell | undefined,
  type: E,
  fields: (duration: number, error?: unknown) => Fields<E>,
  work: () => Promise<T>,
): Promise<T> {
  if (tell === undefined) return work();
  const began = performance.now();
  try {
    const result = await work();
    tell(type, type, () => fields(performance.now() - began));
    return result;
  } catch (error) {
    tell(type, `${type} failed`, () => fields(performance.now() - began, error));
    throw error;
  }
}

/** `errorCode`, of an error. */
export function codeOf(error: unknown): { errorCode?: string } {
  if (error === undefined) return {};
  return { errorCode: isInstance(error, PowerAuthError) ? error.code : PowerAuthErrorCode.UNKNOWN_ERROR };
}
