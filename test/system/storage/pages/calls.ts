/**
 * Calls into a page's script from the test, and from a page into its workers: one script serves all of them.
 *
 * @module
 */

type Call = (...args: never[]) => Promise<unknown>;

/** What is sent to a worker: a call, and the port for its answer. */
interface CallMessage {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly port: MessagePort;
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

/** How a page is called: `call('runContract')`, or `call('worker:runContract')` for the same in a worker of its own. */
export type PageCall = (name: string, ...args: unknown[]) => Promise<unknown>;

/** A worker of each kind, started when it is first called. */
const targets = new Map<string, Promise<(message: CallMessage) => void>>();

async function startTarget(kind: string): Promise<(message: CallMessage) => void> {
  const send =
    (target: { postMessage(message: unknown, transfer: Transferable[]): void }) =>
    (message: CallMessage): void =>
      target.postMessage(message, [message.port]);
  if (kind === 'worker') return send(new Worker('/main.js', { type: 'module' }));
  if (kind === 'shared') return send(new SharedWorker('/main.js', { type: 'module' }).port);
  // Classic: Firefox has no service workers of type "module". The script imports nothing, so it is one as well.
  await navigator.serviceWorker.register('/service.js');
  const { active } = await navigator.serviceWorker.ready;
  if (active === null) throw new Error('no service worker');
  return send(active);
}

async function callTarget(kind: string, call: string, args: readonly unknown[]): Promise<unknown> {
  const starting = targets.get(kind) ?? startTarget(kind);
  targets.set(kind, starting);
  const send = await starting;
  const { port1, port2 } = new MessageChannel();
  const answer = await new Promise<Answer>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    send({ call, args, port: port2 });
  });
  port1.close();
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

/** Lets the test, or the page that started this worker, call these functions. */
export function serveCalls(calls: Readonly<Record<string, Call>>): void {
  const run = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const call = calls[name];
    if (call === undefined) throw new Error(`no call ${name}`);
    return call(...(args as never[]));
  };
  const serve = ({ data }: MessageEvent<CallMessage>): void => {
    const { call, args, port } = data;
    run(call, args).then(
      (value) => port.postMessage({ value } satisfies Answer),
      (error: unknown) => port.postMessage({ error: String(error) } satisfies Answer),
    );
  };
  if ('document' in globalThis) {
    const call: PageCall = (name, ...args) => {
      const [kind = '', inner] = name.split(':');
      return inner === undefined ? run(kind, args) : callTarget(kind, inner, args);
    };
    Object.assign(globalThis, { call });
  } else if ('onconnect' in globalThis) {
    addEventListener('connect', (event) => {
      for (const port of (event as MessageEvent).ports) port.onmessage = serve;
    });
  } else {
    addEventListener('message', serve);
  }
}
