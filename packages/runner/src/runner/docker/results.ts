import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { staysInside } from '../../containment.js';
import { noSpace, RunnerError } from '../../error.js';
import type { JobResults } from '../runner.js';
import { runTool } from '../tool.js';
import type { Engine } from './engine.js';

/** Where results come from. */
export interface ResultSource {
  readonly engine: Engine;
  readonly container: string;
  /** The bytes that its volume holds. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/** A tar archive is larger than what is in it: a block for each name, more for long ones, and its end. */
const ARCHIVE_OVERHEAD = 64 * 1024 * 1024;

/**
 * Brings a folder of a container home, in the place of the host's own copy of it. What a hostile build wrote is an
 * archive like any other: its size is bounded, though a file with holes claims any, and its names are looked at
 * before anything is unpacked.
 *
 * @throws {@link RunnerError} `engine-missing`, `engine-lost`, `bad-archive`, `no-space`
 */
export async function bringHome(
  source: ResultSource,
  { folder, wanted = () => true }: JobResults,
): Promise<void> {
  const draft = await mkdtemp(`${folder}.result-`);
  try {
    const archive = join(draft, 'result.tar');
    await copyOut(source, folder, archive);
    const tree = join(draft, 'tree');
    await mkdir(join(tree, basename(folder)), { recursive: true });
    await extract(archive, tree, { top: basename(folder), wanted, signal: source.signal });
    await rm(folder, { recursive: true, force: true });
    await rename(join(tree, basename(folder)), folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyOut(
  { engine, container, limit, signal }: ResultSource,
  folder: string,
  archive: string,
): Promise<void> {
  const { program, environment } = engine.options;
  const args = ['cp', `${container}:${folder}`, '-'];
  const child = execa(program, args, {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const bounded = atMost(limit + ARCHIVE_OVERHEAD, folder);
  try {
    await pipeline(child.stdout, bounded, createWriteStream(archive));
  } catch (error) {
    child.kill('SIGKILL');
    await child;
    signal?.throwIfAborted();
    throw error;
  }
  const result = await child;
  signal?.throwIfAborted();
  if (result.exitCode !== 0) throw engine.refusal(args, result.stderr);
}

/** Passes on what is given to it, until it's too much. */
function atMost(bytes: number, folder: string): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed <= bytes) done(null, chunk);
      else {
        const message = `what the container gives back for ${folder} is larger than its volume`;
        const hint = 'did the build make a file with holes, far larger than what is in it?';
        done(new RunnerError('bad-archive', message, { hint }));
      }
    },
  });
}

async function extract(
  archive: string,
  folder: string,
  {
    top,
    wanted,
    signal,
  }: { top: string; wanted: (name: string) => boolean; signal: AbortSignal | undefined },
): Promise<void> {
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' };
  const tar = (...args: string[]) =>
    runTool('tar', args, { environment, signal, folder, hint: 'results are unpacked by tar: install it' });
  const listed = await tar('--list', '--quoting-style=literal', '--file', archive);
  const names = listed.stdout.split('\n').filter((name) => name !== '');
  if (listed.exitCode !== 0 || names.some((name) => !staysInside(name))) {
    throw new RunnerError('bad-archive', `what the container gave back for ${top} can't be unpacked`, {
      hint: listed.stderr.trim(),
    });
  }
  const below = names.filter((name) => name !== top && !name.endsWith('/'));
  const chosen = below.filter((name) => wanted(name.slice(top.length + 1)));
  if (chosen.length === 0) return;
  const list = join(dirname(archive), 'names');
  await writeFile(list, chosen.map((name) => `${name}\0`).join(''));
  const unpacked = await tar(
    ...['--extract', '--file', archive, '--no-same-owner', '--no-same-permissions', '--no-recursion'],
    ...['--null', '--verbatim-files-from', '--files-from', list],
  );
  if (unpacked.exitCode === 0) return;
  if (/No space left on device/.test(unpacked.stderr)) throw noSpace(folder);
  throw new RunnerError('bad-archive', `a name in what the container built can't be unpacked`, {
    hint: unpacked.stderr.trim(),
  });
}
