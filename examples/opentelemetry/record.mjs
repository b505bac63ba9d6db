/**
 * A trace of an app's calls of a bank, by OpenTelemetry's SDK and the embedded server.
 *
 * @module
 */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { powerAuthFetch } from 'powerauth-wasm/fetch';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { spans } from './spans.ts';

/** How long the server takes to answer, ms: about as long as over a network. */
const DELAY = 20;
const PASSWORD = 'correct horse';

/**
 * Does some work in a span of the app.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
const inSpan = (name, work) =>
  trace.getTracer('app').startActiveSpan(name, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });

/**
 * Two calls with a token, of which the server removes the first token, and a payment with a signature.
 *
 * @returns {Promise<import('@opentelemetry/sdk-trace-base').ReadableSpan[]>} the spans of one trace
 */
export async function recordTrace() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  // Without it, spans don't know whose children they are.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const server = await startPowerAuthTestServer();
  const powerAuth = new PowerAuth('opentelemetry');
  try {
    const client = { observer: spans, enableUnsecureTraffic: true };
    await powerAuth.configure(server.configuration, client, undefined, { storage: memoryStorage() });
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'App'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    server.commitActivation(activationId);

    server.faults.add({ delay: DELAY });
    exporter.reset();
    const bank = powerAuthFetch(powerAuth, {
      origins: [server.baseUrl],
      token: { name: 'api', authentication: () => PowerAuthAuthentication.possession() },
      // As @opentelemetry/instrumentation-undici does for every `fetch`.
      fetch: (input, init) =>
        inSpan(`send ${init?.method}`, async () => {
          const response = await fetch(input, init);
          trace.getActiveSpan()?.setAttribute('http.response.status_code', response.status);
          return response;
        }),
    });
    const accounts = () => inSpan('GET /accounts', () => bank(`${server.baseUrl}/api/possession/token`));
    await inSpan('pay an invoice', async () => {
      await accounts();
      for (const { tokenId } of server.tokens) server.removeToken(tokenId);
      await accounts();
      const sign = PowerAuthAuthentication.password(PASSWORD);
      const payment = { method: 'POST', body: '{"amount":"100"}' };
      const uriId = '/api/protected/signature';
      await inSpan('POST /payment', () =>
        bank(server.baseUrl + uriId, { ...payment, powerAuth: { sign, uriId } }),
      );
    });
    return exporter.getFinishedSpans();
  } finally {
    await powerAuth.deconfigure();
    await server.close();
    await provider.shutdown();
    trace.disable();
    context.disable();
  }
}
