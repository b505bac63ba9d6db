/** Calls to and fro between two threads or processes, each of which serves the other. */

interface Call {
  readonly call: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: { readonly code: unknown; readonly message: string };
}

type Message = Call | Answer;
type Serve = (name: string, args: never[]) => Promise<unknown>;

/** Bytes arrive as views of whatever buffer they travelled in. */
const own = (value: unknown): unknown => (value instanceof Uint8Array ? Uint8Array.from(value) : value);

export class Wire {
  readonly #send: (message: Message) => void;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #calls = 0;

  constructor(
    send: (message: unknown) => void,
    listen: (receive: (message: unknown) => void) => void,
    serve: Serve,
  ) {
    this.#send = send;
    listen((received) => {
      const message = received as Message;
      if ('answer' in message) this.#settle(message);
      else void this.#serve(message, serve);
    });
  }

  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const call = ++this.#calls;
    const answer = new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
    this.#send({ call, name, args });
    return answer;
  }

  #settle({ answer, value, error }: Answer): void {
    const waiting = this.#waiting.get(answer);
    this.#waiting.delete(answer);
    if (error === undefined) waiting?.resolve(own(value));
    else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }

  async #serve({ call, name, args }: Call, serve: Serve): Promise<void> {
    try {
      this.#send({ answer: call, value: await serve(name, args.map(own) as never[]) });
    } catch (error) {
      const { code, message } = error as Error & { code?: unknown };
      this.#send({ answer: call, error: { code, message } });
    }
  }
}
