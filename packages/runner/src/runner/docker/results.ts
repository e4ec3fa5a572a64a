import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { replaceByChosen } from '../../archive/unpack-chosen.js';
import { RunnerError } from '../../error.js';
import type { JobResults } from '../runner.js';
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
    const origin = `what the container gives back for ${folder}`;
    await replaceByChosen(folder, archive, { top: basename(folder), wanted, origin, signal: source.signal });
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
