/**
 * What `doctor` looks at.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../../errors.ts';
import type { PowerAuthConfigurationType } from '../../model/power-auth-configuration.ts';
import { configurationPath, readConfiguration } from '../configuration.ts';
import type { Context } from '../context.ts';
import { failed, type Finding } from './finding.ts';
import { examineServer } from './server.ts';
import { examineActivation, examineApplication } from './session.ts';
import { examineStore } from './store.ts';

/** Looks at everything, one thing after another. It changes nothing, and asks the server only what changes nothing there. */
export async function examine(context: Context): Promise<Finding[]> {
  const configuration = await configurationOf(context);
  const stored = await examineStore(context);
  const findings = [runtime(), await engine(), configuration.finding, ...stored.findings];
  if (configuration.value === undefined) return findings;
  const server = await examineServer(context, configuration.value);
  findings.push(...server);
  if (server.some(({ level }) => level === 'fail') || !stored.isOpen) return findings;
  findings.push(await examineApplication(context));
  if (stored.hasActivation) findings.push(await examineActivation(context));
  return findings;
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
  const { threadEngine } = await import('../../hot-path/index.ts');
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
