import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { PowerAuthEvent } from 'powerauth-wasm';

/** For `clientConfiguration.observer`: work that has ended becomes a span, anything else an event of the caller's span. */
export function spans(event: PowerAuthEvent): void {
  const { type, ...members } = event;
  const attributes = Object.fromEntries(
    Object.entries(members).map(([name, value]) => [`powerauth.${name}`, value]),
  );
  const took = tookOf(event);
  if (took === undefined) {
    trace.getActiveSpan()?.addEvent(`powerauth ${type}`, attributes);
    return;
  }
  const end = performance.now();
  const span = trace.getTracer('powerauth-wasm').startSpan(nameOf(event), {
    startTime: end - took,
    kind: type === 'request' || type === 'time' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes,
  });
  if ('errorCode' in event) span.setStatus({ code: SpanStatusCode.ERROR, message: event.errorCode });
  span.end(end);
}

/** How long it took, ms; undefined for what takes no time. A lost lock was waited for long ago. */
function tookOf(event: PowerAuthEvent): number | undefined {
  if (event.type === 'request' || event.type === 'storage') return event.duration;
  if (event.type === 'time') return event.roundTrip;
  return event.type === 'lock' && event.action === 'obtained' ? event.waited : undefined;
}

function nameOf(event: PowerAuthEvent): string {
  if (event.type === 'request') return event.path;
  if (event.type === 'storage') return `storage ${event.operation}`;
  return event.type === 'lock' ? 'wait for lock' : event.type;
}
