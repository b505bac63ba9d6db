/**
 * The configuration file: the JSON of the vendor's cmd-tool, the four values under the names of the SDK, or the
 * one-string configuration; with `baseEndpointUrl` beside them.
 *
 * @module
 */

import { existsSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { PowerAuthError } from '../errors.ts';
import { buildConfiguration, type PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import { usage } from './failures.ts';
import { readNamedText } from './files.ts';
import type { Io } from './io.ts';
import { configurationFile } from './places.ts';
import type { Settings } from './settings.ts';

const OTHERS_WRITE = 0o002;

/** A configuration, and the file that it came from. */
export interface Configured {
  readonly configuration: PowerAuthConfigurationType;
  readonly path: string;
}

/** The file to read. */
export function configurationPath(
  { config }: Pick<Settings, 'config'>,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return config ?? configurationFile({ platform: process.platform, home: homedir(), env });
}

/**
 * Reads the configuration.
 *
 * @throws WRONG_PARAMETER that names the file and the field; Interrupted
 */
export async function readConfiguration(
  settings: Pick<Settings, 'config' | 'baseUrl'>,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<Configured> {
  const path = configurationPath(settings, env);
  const text = await readText(path, signal, settings.config === undefined);
  try {
    return {
      configuration: buildConfiguration(fieldsOf(text, settings.baseUrl) as PowerAuthConfigurationType),
      path,
    };
  } catch (error) {
    if (!(error instanceof PowerAuthError)) throw error;
    throw usage(`${path}: ${error.message.replace(/^configuration\.?/, '')}`);
  }
}

async function readText(path: string, signal: AbortSignal, isDefault: boolean): Promise<string> {
  if (isDefault && !existsSync(path)) {
    throw usage(
      `There is no configuration: name a file with --config, or put it at ${path}; \`powerauth-wasm doctor --help\` shows what is in it`,
    );
  }
  const check = ({ mode }: Stats): void => {
    // Whoever writes it chooses the server that gets the passwords' signatures.
    if (process.platform !== 'win32' && (mode & OTHERS_WRITE) !== 0) {
      throw usage(`${path}: every user may change it, and so choose another server; run chmod o-w ${path}`);
    }
  };
  return readNamedText({ option: '--config', path, signal, check });
}

/** The values in one of the two forms that are checked later. */
function fieldsOf(text: string, baseUrl: string | undefined): object {
  const content = parse(text);
  const { applicationKey, applicationSecret, masterPublicKey, mobileSdkConfig } = content;
  const { masterServerPublicKey = masterPublicKey, configuration = mobileSdkConfig } = content;
  const baseEndpointUrl = baseUrl ?? content['baseEndpointUrl'];
  if (baseEndpointUrl === undefined) {
    throw usage(
      'baseEndpointUrl: expected the base URL of the server, got none; add it to the file, or pass --base-url',
    );
  }
  return configuration === undefined
    ? { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl }
    : { configuration, baseEndpointUrl };
}

/** JSON, or the one string alone. */
function parse(text: string): Record<string, unknown> {
  let content: unknown = text.trim();
  try {
    content = JSON.parse(text);
  } catch {
    // Text that isn't JSON may be the one string.
  }
  if (typeof content === 'string' && /^[A-Za-z0-9+/]+=*$/.test(content)) return { configuration: content };
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Record<string, unknown>;
  }
  throw usage('expected JSON with the keys of the application, or their one string, got something else');
}
