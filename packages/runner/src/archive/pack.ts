import { createWriteStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { execa } from 'execa';
import { hashOf } from '../digest.js';
import { noSpace, RunnerError } from '../error.js';
import { hashTree } from '../source/tree-hash.js';

/** Changed whenever the same folder may become other bytes. */
const FORMAT = 1;
/** The time of every member: older than whatever a build writes beside it, and the same for all of them. */
const EPOCH = '@315532800';
/** Most of what there is to gain, at a fraction of the time: the network is seldom slower. */
const LEVEL = 2;

/** The sha256 of all that a folder's archive depends on: its tree, and its folders, which may be empty. */
export async function hashFolder(folder: string, signal?: AbortSignal): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
  return hashOf([FORMAT, await hashTree(folder, signal), folders]);
}

/**
 * Packs a folder into a tar.gz archive. The same tree gives the same bytes: names in the order of their bytes, no
 * times, no owners, modes 644 and 755.
 *
 * @param archive - a path that doesn't exist yet
 * @throws {@link RunnerError} `tool-missing`, `io`, `no-space`; the signal's reason
 */
export async function packFolder(folder: string, archive: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const args = [
    ...['--create', '--file=-', '--format=gnu', '--sort=name', `--mtime=${EPOCH}`, '--mode=a+rX,u+w,go-w'],
    ...['--owner=0', '--group=0', '--numeric-owner', '.'],
  ];
  const child = execa('tar', args, {
    // Not by --directory, in which tar reads backslashes.
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  try {
    const output = createWriteStream(archive, { flags: 'wx' });
    await pipeline(child.stdout, createGzip({ level: LEVEL }), output);
  } catch (error) {
    child.kill('SIGKILL');
    await child;
    signal?.throwIfAborted();
    throw error;
  }
  const { exitCode, stderr, code } = await child;
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  if (/No space left on device/.test(stderr)) throw noSpace(archive);
  if (code === 'ENOENT' && exitCode === undefined && existsSync(folder)) {
    throw new RunnerError('tool-missing', `tar can't be started: ${code}`, {
      hint: 'archives are packed by GNU tar: install it',
    });
  }
  throw new RunnerError('io', `${folder} can't be packed: ${stderr.trim()}`);
}
