/**
 * What `doctor` looks at.
 *
 * @module
 */

import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import { Endpoints } from '../net/endpoint-requests.ts';
import { HttpClient } from '../net/client.ts';
import { listRecords } from '../records.ts';
import { configurationPath, readConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { messageOf } from './failures.ts';
import { describeStore, openStore, urlOf } from './stores.ts';

/** What was found. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Of a failure. */
  readonly code?: PowerAuthErrorCode;
}

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a word, in days. */
const SOON = 14;
/** A difference that shows that the clock is not kept, in ms. */
const CLOCK_MS = 30_000;
const PATIENCE_MS = 10_000;

/** Looks at everything, one thing after another. It changes nothing, and sends only a request for the time. */
export async function examine(context: Context): Promise<Finding[]> {
  const configuration = await configurationOf(context);
  return [
    runtime(),
    await engine(),
    configuration.finding,
    ...(await store(context)),
    ...(configuration.value === undefined ? [] : await server(context, configuration.value)),
  ];
}

function runtime(): Finding {
  const { versions, platform, arch } = process;
  const name =
    'bun' in versions
      ? `Bun ${String(versions['bun'])}`
      : 'deno' in versions
        ? `Deno ${String(versions['deno'])}`
        : `Node ${versions.node}`;
  const text = `${name} on ${platform} ${arch}`;
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { level: 'ok', subject: 'runtime', text };
  return {
    level: 'fail',
    subject: 'runtime',
    text,
    remedy: 'use Node 20.19 or newer',
    code: PowerAuthErrorCode.UNKNOWN_ERROR,
  };
}

async function engine(): Promise<Finding> {
  const { threadEngine } = await import('../hot-path/index.ts');
  const { name } = await threadEngine();
  if (name !== 'js') return { level: 'ok', subject: 'engine', text: name };
  return {
    level: 'warn',
    subject: 'engine',
    text: name,
    remedy: 'WebAssembly is switched off here; headers are made by JavaScript, which is slower',
  };
}

async function configurationOf({
  settings,
  io,
}: Context): Promise<{ finding: Finding; value?: PowerAuthConfigurationType }> {
  const subject = 'configuration';
  try {
    const { configuration, path } = await readConfiguration(settings, io);
    return { finding: { level: 'ok', subject, text: path }, value: configuration };
  } catch (error) {
    return { finding: failed(subject, configurationPath(settings, io.env), error) };
  }
}

async function store({ settings, instanceId }: Context): Promise<Finding[]> {
  const key = { subject: 'sealing key', text: settings.sealingKey ?? 'kept by the store' };
  let place = 'the store';
  try {
    place = describeStore(await urlOf(settings));
    const opened = await openStore(settings);
    try {
      let total = 0;
      let unreadable = 0;
      let activationId: string | undefined;
      for await (const record of listRecords(opened)) {
        total++;
        if (record.type === 'unreadable') unreadable++;
        if (record.type === 'activation' && record.instanceId === instanceId) ({ activationId } = record);
      }
      const counted = { subject: 'store', text: `${place}: ${total} records` };
      return [
        unreadable === 0
          ? { level: 'ok', ...counted }
          : {
              level: 'fail',
              ...counted,
              text: `${counted.text}, ${unreadable} unreadable`,
              remedy: 'see powerauth-wasm store check; pass the --sealing-key that they were sealed with',
              code: PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
            },
        { level: 'ok', ...key },
        activationId === undefined
          ? {
              level: 'warn',
              subject: 'activation',
              text: `instance ${instanceId} has none`,
              remedy: 'powerauth-wasm activate',
            }
          : { level: 'ok', subject: 'activation', text: `instance ${instanceId}: ${activationId}` },
      ];
    } finally {
      await opened.close();
    }
  } catch (error) {
    return [failed('store', place, error)];
  }
}

async function server(
  { settings }: Context,
  { baseEndpointUrl }: PowerAuthConfigurationType,
): Promise<Finding[]> {
  const url = new URL(baseEndpointUrl);
  const findings = [url.protocol === 'https:' ? await tls(url) : insecure(url, settings.insecureHttp)];
  if (findings[0]?.level === 'fail') return findings;
  try {
    const http = new HttpClient({
      baseEndpointUrl,
      enableUnsecureTraffic: settings.insecureHttp,
      connectionTimeout: PATIENCE_MS / 1000,
      readTimeout: PATIENCE_MS / 1000,
      customHttpHeaders: null,
      basicHttpAuthentication: null,
    });
    const endpoints = new Endpoints(http);
    // The first one also opens the connection.
    await endpoints.serverStatus();
    const sent = Date.now();
    const time = await endpoints.serverStatus();
    const received = Date.now();
    const offset = Math.round(time - (sent + received) / 2);
    findings.push(clock(offset, received - sent));
  } catch (error) {
    findings.push(failed('server', url.origin, error));
  }
  return findings;
}

function clock(offset: number, roundTrip: number): Finding {
  const text = `the server's is ${Math.abs(offset)} ms ${offset < 0 ? 'behind' : 'ahead'} (answered in ${roundTrip} ms)`;
  if (Math.abs(offset) <= CLOCK_MS) return { level: 'ok', subject: 'clock', text };
  return {
    level: 'warn',
    subject: 'clock',
    text,
    remedy:
      "headers use the server's time and are right; but set this clock (NTP), which certificates and logs depend on",
  };
}

function insecure({ origin }: URL, isAllowed: boolean): Finding {
  const text = `none: ${origin}`;
  if (isAllowed)
    return { level: 'warn', subject: 'TLS', text, remedy: 'use https:// for anything but tests' };
  return {
    level: 'fail',
    subject: 'TLS',
    text,
    remedy: 'use https://, or pass --insecure-http for tests',
    code: PowerAuthErrorCode.NETWORK_ERROR,
  };
}

/** The connection, and how long the certificate is valid. */
async function tls(url: URL): Promise<Finding> {
  const { hostname, port } = url;
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: port === '' ? 443 : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { valid_to: end } = socket.getPeerCertificate();
    const days = Math.floor((Date.parse(end) - Date.now()) / DAY_MS);
    const text = `${socket.getProtocol() ?? 'TLS'}, certificate valid for ${days} days`;
    if (!(days < SOON)) return { level: 'ok', subject: 'TLS', text };
    return { level: 'warn', subject: 'TLS', text, remedy: 'tell the operator of the server to renew it' };
  } catch (error) {
    const remedy =
      'check the address; for a certificate of your own authority set NODE_EXTRA_CA_CERTS to its file';
    const { code } = error as NodeJS.ErrnoException;
    return {
      level: 'fail',
      subject: 'TLS',
      text: `${url.host}: ${code ?? messageOf(error)}`,
      remedy,
      code: PowerAuthErrorCode.NETWORK_ERROR,
    };
  } finally {
    socket.destroy();
  }
}

function failed(subject: string, text: string, error: unknown): Finding {
  const code = error instanceof PowerAuthError ? error.code : PowerAuthErrorCode.UNKNOWN_ERROR;
  return { level: 'fail', subject, text, remedy: messageOf(error), code };
}
