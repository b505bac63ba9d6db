/**
 * Refuses folders whose files are on another machine: SQLite's write-ahead log needs memory that all processes share,
 * which a network file system can't provide.
 *
 * @module
 */

import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import { unusableFile } from './failure.ts';

/** Network file systems, by the numbers of Linux's statfs(2). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x564c: 'NCP',
  0x01021997: '9P',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x00c36400: 'Ceph',
  0x73757245: 'Coda',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x20030528: 'OrangeFS',
  0xaad7aaea: 'PanFS',
  0x01161970: 'GFS2',
  0x7461636f: 'OCFS2',
  0x786f4256: 'a VirtualBox shared folder',
  0xbacbacbc: 'a VMware shared folder',
  0x7c7c6673: 'a Parallels shared folder',
};

/** FUSE has one number for all file systems that programs serve. */
const FUSE = 0x65735546;

/** Linux's names of the local FUSE file systems. There are many more of the other kind. */
const LOCAL_FUSE = new Set([
  'fuseblk',
  'virtiofs',
  'fuse.bindfs',
  'fuse.encfs',
  'fuse.fuse-overlayfs',
  'fuse.gocryptfs',
  'fuse.mergerfs',
  'fuse.unionfs',
  'fuse.unionfs-fuse',
]);

/**
 * The name of a network file system; undefined for others.
 *
 * @param type as in Linux's statfs(2)
 * @param mountType its name in /proc/self/mountinfo, which is only needed for FUSE
 */
export function networkFileSystem(type: number, mountType?: string): string | undefined {
  // 32 bits, which some systems return as a negative number.
  if (type >>> 0 !== FUSE) return NETWORK_FILE_SYSTEMS[type >>> 0];
  return mountType !== undefined && LOCAL_FUSE.has(mountType) ? undefined : (mountType ?? 'FUSE');
}

/**
 * The type of the file system that is mounted from a device.
 *
 * @param mountinfo content of /proc/self/mountinfo, see proc_pid_mountinfo(5)
 * @param device as in stat(2)
 */
export function mountTypeOf(mountinfo: string, device: bigint): string | undefined {
  // As in glibc's gnu_dev_major and gnu_dev_minor.
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  const line = mountinfo.split('\n').find((each) => each.split(' ')[2] === `${major}:${minor}`);
  return line?.split(' - ')[1]?.split(' ')[0];
}

/** Whether a Windows path, with links and drives resolved, leads to another machine. */
export const isNetworkPath = (path: string): boolean => /^\\\\(?:\?\\UNC\\|[^?.])/i.test(path);

/** @throws UNKNOWN_ERROR for a folder on a network file system */
export async function assertLocal(folder: string): Promise<void> {
  const network = await networkOf(folder);
  if (network === undefined) return;
  throw unusableFile(
    folder,
    `it is on a network file system (${network}), where the processes can't share memory`,
    'choose a path on a local disk, or redisStorage',
  );
}

async function networkOf(folder: string): Promise<string | undefined> {
  if (process.platform === 'win32') {
    return isNetworkPath(await realpath(folder)) ? 'a shared folder' : undefined;
  }
  if (process.platform !== 'linux') return undefined;
  const { type } = await statfs(folder);
  if (networkFileSystem(type) !== 'FUSE') return networkFileSystem(type);
  const { dev } = await stat(folder, { bigint: true });
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return networkFileSystem(type, mountTypeOf(mountinfo, dev));
}
