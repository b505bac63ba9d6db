import { spawnSync } from 'node:child_process';

/**
 * A command that runs a program where it sees no other processes than its own, as on another machine; undefined where that
 * is not permitted. For root on Linux.
 */
export function apart(): readonly string[] | undefined {
  const command = ['--pid', '--fork', '--mount-proc', '--kill-child', '--'];
  return spawnSync('unshare', [...command, 'true']).status === 0 ? ['unshare', ...command] : undefined;
}
