/**
 * The machine on which was measured.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release } from 'node:os';

/** Extensions of the instruction set that SHA-256 may use, as Linux names them. */
const EXTENSIONS = ['sha_ni', 'avx2', 'avx512f', 'sha2', 'asimd'];

/** The processor's flags, if the system tells. */
export function processorFlags() {
  try {
    return (
      /^(?:flags|Features)\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? []
    );
  } catch {
    return [];
  }
}

/** The machine. */
export function machine() {
  const flags = processorFlags();
  return {
    cpu: cpus()[0]?.model.trim() ?? arch(),
    cores: cpus().length,
    extensions: EXTENSIONS.filter((name) => flags.includes(name)),
    system: `${platform()} ${release().split('-')[0]} ${arch()}`,
  };
}
