/**
 * An empty file system that a program serves, as sshfs does: `node … <folder> <type>`. Says 'mounted', or ends where that is
 * not permitted. Speaks as much of the kernel's protocol as a look at the root takes, see include/uapi/linux/fuse.h.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, read, writeSync } from 'node:fs';

const [folder = '', type = ''] = process.argv.slice(2);

const LOOKUP = 1;
const FORGET = 2;
const GETATTR = 3;
const STATFS = 17;
const INIT = 26;
const INTERRUPT = 36;
const BATCH_FORGET = 42;

const ENOENT = -2;
const ENOSYS = -38;

const IN_HEADER = 40;

const descriptor = openSync('/dev/fuse', 'r+');

function reply(unique: bigint, body: Buffer | number): void {
  const content = typeof body === 'number' ? Buffer.alloc(0) : body;
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + content.length, 0);
  header.writeInt32LE(typeof body === 'number' ? body : 0, 4);
  header.writeBigUInt64LE(unique, 8);
  writeSync(descriptor, Buffer.concat([header, content]));
}

/** struct fuse_init_out: version 7.31. */
function initOut(): Buffer {
  const out = Buffer.alloc(64);
  out.writeUInt32LE(7, 0);
  out.writeUInt32LE(31, 4);
  out.writeUInt32LE(4096, 20);
  return out;
}

/** struct fuse_attr_out: a folder of root's, mode 0700. */
function attrOut(): Buffer {
  const out = Buffer.alloc(104);
  out.writeBigUInt64LE(1n, 16);
  out.writeUInt32LE(0o40700, 16 + 60);
  out.writeUInt32LE(2, 16 + 64);
  out.writeUInt32LE(4096, 16 + 80);
  return out;
}

/** struct fuse_statfs_out: with room. */
function statfsOut(): Buffer {
  const out = Buffer.alloc(80);
  for (const at of [0, 8, 16]) out.writeBigUInt64LE(1_000_000n, at);
  out.writeUInt32LE(4096, 40);
  out.writeUInt32LE(255, 44);
  out.writeUInt32LE(4096, 48);
  return out;
}

const answers: Readonly<Record<number, (() => Buffer | number) | undefined>> = {
  [LOOKUP]: () => ENOENT,
  [GETATTR]: attrOut,
  [STATFS]: statfsOut,
  [INIT]: initOut,
};

function serve(): void {
  const buffer = Buffer.alloc(1 << 17);
  read(descriptor, buffer, 0, buffer.length, null, (error, length) => {
    // Not mounted yet; any other error means that it is no longer.
    if (error?.code === 'EPERM') return void setTimeout(serve, 1);
    if (error !== null || length < IN_HEADER) return process.exit();
    const opcode = buffer.readUInt32LE(4);
    const unique = buffer.readBigUInt64LE(8);
    if (![FORGET, INTERRUPT, BATCH_FORGET].includes(opcode)) reply(unique, answers[opcode]?.() ?? ENOSYS);
    serve();
  });
}

async function main(): Promise<void> {
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
  // Not the helper of that name, which would serve it.
  const mount = spawn('mount', ['-i', '-t', type, '-o', options, 'somebody@somewhere:', folder], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  const ended = once(mount, 'exit');
  serve();
  const [code] = (await ended) as [number];
  process.send?.(code === 0 ? 'mounted' : 'not permitted');
}

void main();
