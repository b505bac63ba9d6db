import { Child, type ChildScript } from '../../helpers/child.ts';
import type { ClientCalls } from './client-child.ts';
import type { ClientSetup } from './client-setup.ts';

/** A client in a process of its own; ends with the test. */
export class ClientProcess {
  readonly #child: Child;

  /** @param script client-child.ts, from `buildChild` */
  constructor(script: ChildScript) {
    this.#child = new Child(script);
  }

  /** A process whose client is configured. */
  static async start(script: ChildScript, setup: ClientSetup): Promise<ClientProcess> {
    const client = new ClientProcess(script);
    await client.call('configure', setup);
    return client;
  }

  /** One call at a time. Rejects as the call does there, with the code of its error, or when the process ends before. */
  async call<N extends keyof ClientCalls>(
    name: N,
    ...args: Parameters<ClientCalls[N]>
  ): Promise<Awaited<ReturnType<ClientCalls[N]>>> {
    this.#child.send({ call: name, args });
    const answer = (await this.#child.receive()) as {
      value: Awaited<ReturnType<ClientCalls[N]>>;
      error?: { code: string; message: string };
    };
    if (answer.error !== undefined)
      throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.value;
  }

  /** Ends it as nothing can prevent, and waits for the end. */
  kill(): Promise<void> {
    return this.#child.kill();
  }
}
