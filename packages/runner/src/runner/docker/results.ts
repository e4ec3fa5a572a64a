import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { staysInside } from '../../containment.js';
import { RunnerError } from '../../error.js';
import type { JobResults } from '../runner.js';
import { runTool } from '../tool.js';
import type { Engine } from './engine.js';

/**
 * Brings a folder of a container home, in the place of the host's own copy of it. What a hostile build wrote is an
 * archive like any other: its names are looked at before anything is unpacked. Its size is bounded by the volume's.
 *
 * @throws {@link RunnerError} `engine-lost`, `bad-archive`
 */
export async function bringHome(
  engine: Engine,
  container: string,
  { folder, wanted = () => true }: JobResults,
  signal: AbortSignal | undefined,
): Promise<void> {
  const draft = await mkdtemp(`${folder}.result-`);
  try {
    const archive = join(draft, 'result.tar');
    await copyOut(engine, `${container}:${folder}`, archive, signal);
    const tree = join(draft, 'tree');
    await mkdir(join(tree, basename(folder)), { recursive: true });
    await extract(archive, tree, basename(folder), wanted, signal);
    await rm(folder, { recursive: true, force: true });
    await rename(join(tree, basename(folder)), folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyOut(
  engine: Engine,
  from: string,
  archive: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { program, environment } = engine.options;
  const args = ['cp', from, '-'];
  const child = execa(program, args, {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const [result] = await Promise.all([child, pipeline(child.stdout, createWriteStream(archive))]);
  signal?.throwIfAborted();
  if (result.exitCode !== 0) throw engine.refusal(args, result.stderr);
}

async function extract(
  archive: string,
  folder: string,
  top: string,
  wanted: (name: string) => boolean,
  signal: AbortSignal | undefined,
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
  const chosen = names.filter((name) => !name.endsWith('/') && wanted(name.slice(top.length + 1)));
  if (chosen.length === 0) return;
  const list = join(dirname(archive), 'names');
  await writeFile(list, chosen.map((name) => `${name}\0`).join(''));
  const unpacked = await tar(
    ...['--extract', '--file', archive, '--no-same-owner', '--no-same-permissions'],
    ...['--null', '--verbatim-files-from', '--files-from', list],
  );
  if (unpacked.exitCode === 0) return;
  throw new RunnerError('bad-archive', `a name in what the container built can't be unpacked`, {
    hint: unpacked.stderr.trim(),
  });
}
