import { expect, test } from 'vitest';
import { isNetworkPath, mountTypeOf, networkFileSystem } from '../../../src/storage/sqlite/file-systems.ts';

const FUSE = 0x65735546;

test('network file systems are known by their numbers', () => {
  expect(networkFileSystem(0x6969)).toBe('NFS');
  // As a signed number, which some systems give.
  expect(networkFileSystem(0xff534d42 | 0)).toBe('CIFS');
  // ext4, tmpfs, overlayfs, btrfs, xfs
  for (const local of [0xef53, 0x01021994, 0x794c7630, 0x9123683e, 0x58465342])
    expect(networkFileSystem(local)).toBeUndefined();
});

test('of FUSE only those are local that are known to be', () => {
  for (const local of ['fuseblk', 'virtiofs', 'fuse.fuse-overlayfs', 'fuse.bindfs'])
    expect(networkFileSystem(FUSE, local)).toBeUndefined();
  for (const remote of ['fuse.sshfs', 'fuse.s3fs', 'fuse.rclone', 'fuse.glusterfs', 'fuse'])
    expect(networkFileSystem(FUSE, remote)).toBe(remote);
  expect(networkFileSystem(FUSE)).toBe('FUSE');
});

test('the type of a mount is found by its device', () => {
  const mountinfo = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    // With optional fields, and a space in the path.
    '40 27 0:45 / /mnt/a\\040b rw shared:1 master:2 - fuse.sshfs me@host:/data rw,user_id=0',
    '41 27 259:1048577 / /mnt/c rw - fuseblk /dev/nvme0n1p9 rw',
    '',
  ].join('\n');
  expect(mountTypeOf(mountinfo, 45n)).toBe('fuse.sshfs');
  expect(mountTypeOf(mountinfo, (254n << 8n) | 0n)).toBe('ext4');
  // Minor numbers of more than 8 bits lie on both sides of the major one.
  expect(mountTypeOf(mountinfo, (259n << 8n) | (1048577n & 0xffn) | ((1048577n & ~0xffn) << 12n))).toBe(
    'fuseblk',
  );
  expect(mountTypeOf(mountinfo, 46n)).toBeUndefined();
  expect(mountTypeOf('', 45n)).toBeUndefined();
});

test('shared folders of Windows are known by their paths', () => {
  for (const path of [
    '\\\\server\\share\\data',
    '\\\\?\\UNC\\server\\share\\data',
    '\\\\wsl.localhost\\Debian\\home',
  ])
    expect([path, isNetworkPath(path)]).toEqual([path, true]);
  for (const path of ['C:\\data', '\\\\?\\C:\\data', '\\\\.\\C:\\data', 'C:\\a\\\\b'])
    expect([path, isNetworkPath(path)]).toEqual([path, false]);
});
