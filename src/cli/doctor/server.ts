/**
 * The server, as `doctor` finds it: its certificate and its clock.
 *
 * @module
 */

import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { PowerAuthErrorCode } from '../../errors.ts';
import type { PowerAuthConfigurationType } from '../../model/power-auth-configuration.ts';
import { HttpClient } from '../../net/client.ts';
import { Endpoints } from '../../net/endpoint-requests.ts';
import type { Context } from '../context.ts';
import { messageOf } from '../failures.ts';
import { failed, type Finding } from './finding.ts';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a word, in days. */
const SOON = 14;
/** A difference that shows that the clock is not kept, in ms. */
const CLOCK_MS = 30_000;
const PATIENCE_MS = 10_000;

/** Whether it can be reached, and whose clock is right. */
export async function examineServer(
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
