// The bank: the embedded server in a process of its own. The parent asks for activation codes, and commits activations.
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { serve } from './parent.mjs';

const server = await startPowerAuthTestServer();

serve({
  configuration: () => server.configuration,
  /** Codes for `count` new activations. */
  codes: (count) =>
    Array.from({ length: count }, (_, i) => {
      const { activationId, activationCode } = server.createActivation({ userId: `customer ${i}` });
      return { activationId, activationCode };
    }),
  commit: (activationIds) => activationIds.forEach((id) => server.commitActivation(id)),
  close: () => server.close(),
});
