import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import { compile } from './compile.js';
import { localRunner } from './runner/local.js';
import type { CompileEvent, CompileOptions, CompileRequest, CompileResult } from './request.js';

/** Builds whose "compiler" is a shell: what is looked at here is what stands around the commands. */
const root = await temporaryFolder('compile');
let count = 0;
let folder: string;
let cache: string;
let destination: string;

beforeEach(async () => {
  folder = join(root, String(count++));
  cache = join(folder, 'cache');
  destination = join(folder, 'out/result');
  await write('project/src/a.c', 'int a;');
  for (const tool of ['cc', 'c++']) await write(`bin/${tool}`, '#!/bin/sh\necho fake 1.0\n', 0o755);
});

async function write(name: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content, { mode });
}

const arch: Record<string, string> = { x64: 'x86_64', arm64: 'aarch64' };

function request(script: string, more: Partial<CompileRequest> = {}): CompileRequest {
  return {
    source: { path: join(folder, 'project'), origin: 'source.path' },
    toolchain: 'host',
    target: `linux_${arch[process.arch] ?? ''}`,
    build: { command: ['sh', '-c', script, 'sh'] },
    outputs: [{ from: 'build/**', base: 'build', to: 'lib', origin: 'libraries[0]' }],
    ...more,
  };
}

function run(asked: CompileRequest, more: Partial<CompileOptions> = {}): Promise<CompileResult> {
  const environment = { PATH: process.env['PATH'], CC: join(folder, 'bin/cc'), CXX: join(folder, 'bin/c++') };
  return compile(asked, { runner: localRunner, cache, destination, environment, ...more });
}

const BUILD = 'mkdir -p build/sub && cp src/a.c build/sub/liba.so && echo built';

/** What a build may leave: nothing beside the destination, no work folder, no lock. */
async function expectTidy(): Promise<void> {
  expect(existsSync(destination)).toBe(false);
  expect(await readdir(join(folder, 'out')).catch(() => [])).toEqual([]);
  for (const place of ['work', 'locks'])
    expect(await readdir(join(cache, place)).catch(() => [])).toEqual([]);
}

describe('a build that succeeds', () => {
  it('leaves its libraries, its log and nothing else', async () => {
    let time = 0;
    const result = await run(request(BUILD), { clock: () => (time += 1500) });
    const library = {
      name: 'lib/sub/liba.so',
      path: join(destination, 'libraries/lib/sub/liba.so'),
      size: 6,
    };
    expect(result).toEqual({
      status: 'compiled',
      outputs: [library],
      log: join(destination, 'build.log'),
      seconds: 1.5,
      treeHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      licenses: [],
      dependencies: [],
    });
    expect(await readFile(library.path, 'utf8')).toBe('int a;');
    expect(await readFile(join(destination, 'build.log'), 'utf8')).toContain('\nbuilt\n');
    expect(await readdir(join(folder, 'out'))).toEqual(['result']);
    expect(await readdir(join(folder, 'project'))).toEqual(['src']);
    for (const place of ['work', 'locks']) expect(await readdir(join(cache, place))).toEqual([]);
  });

  it('tells what it does', async () => {
    const events: CompileEvent[] = [];
    await run(request(BUILD), { onEvent: (event) => events.push(event) });
    expect(events.map((event) => (event.kind === 'stage' ? event.stage : event.kind))).toEqual([
      ...['source', 'compile', 'command', 'output', 'collect'],
    ]);
  });

  it('fills in the variant, in one argument and in the environment', async () => {
    const script = 'mkdir build && printf "%s|%s|%s" "$1" "$#" "$V" > build/a.so';
    const build = { command: ['sh', '-c', script, 'sh', '-D{variant}; touch evil'] };
    const result = await run(request('', { build, variant: 'cu102', env: { V: '{variant} $(touch evil)' } }));
    expect(result.status).toBe('compiled');
    expect(await readFile(join(destination, 'libraries/lib/a.so'), 'utf8')).toBe(
      '-Dcu102; touch evil|1|cu102 $(touch evil)',
    );
  });

  it('works in a path that does not change with the sources, and one build at a time', async () => {
    const script = 'mkdir build && pwd > build/a.so && [ ! -e busy ] && touch busy && sleep 0.2 && rm busy';
    const destinations = ['one', 'two'].map((name) => join(folder, name));
    const [first, second] = destinations.map((path) => run(request(script), { destination: path }));
    expect((await first)?.status).toBe('compiled');
    await write('project/src/a.c', 'int changed;');
    expect((await second)?.status).toBe('compiled');
    const paths = await Promise.all(
      destinations.map((path) => readFile(join(path, 'libraries/lib/a.so'), 'utf8')),
    );
    expect(paths[0]).toBe(paths[1]);
    expect(paths[0]).toContain(join(cache, 'work/project-'));
  });

  it('leaves cache and destination out of the copy when they lie in the source', async () => {
    const inside = join(folder, 'project/cache');
    const result = await run(request('mkdir build && ls > build/a.so'), {
      cache: inside,
      destination: join(folder, 'project/dist/out'),
    });
    expect(result.status).toBe('compiled');
    expect(await readFile(join(folder, 'project/dist/out/libraries/lib/a.so'), 'utf8')).toBe('build\nsrc\n');
  });
});

describe('a build that does not', () => {
  it('returns the exit code, the last lines and a log that is kept', async () => {
    const result = await run(
      request(`${BUILD}; i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo "line $i"; done; exit 3`),
    );
    expect(result).toMatchObject({ status: 'failed', step: 'build', exitCode: 3 });
    if (result.status !== 'failed') throw new Error('unreachable');
    expect(result.tail).toHaveLength(20);
    expect(result.tail.at(-1)).toBe('line 50');
    expect(await readFile(result.log, 'utf8')).toContain('line 1\n');
    await expectTidy();
  });

  it('names the glob when no library came out, and the log', async () => {
    const error: unknown = await run(request('echo nothing')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'no-output', message: expect.stringContaining('build/**') });
    expect(await readFile((error as { log: string }).log, 'utf8')).toContain('nothing');
    await expectTidy();
  });

  it('is cancelled with all its processes', async () => {
    const controller = new AbortController();
    const pids = join(folder, 'pids');
    const script = `${BUILD}; (sleep 60 & echo $! > ${pids}; wait) & wait`;
    const result = run(request(script), { signal: controller.signal });
    while (!existsSync(pids) || (await readFile(pids, 'utf8')) === '') await sleep(20);
    controller.abort();
    expect(await result).toEqual({ status: 'cancelled' });
    const status = `/proc/${(await readFile(pids, 'utf8')).trim()}/status`;
    await sleep(50);
    expect(await readFile(status, 'utf8').catch(() => 'State:\tZ')).toMatch(/^State:\t[ZX]/m);
    await expectTidy();
  });

  it('is not begun when it is cancelled before', async () => {
    expect(await run(request(BUILD), { signal: AbortSignal.abort() })).toEqual({ status: 'cancelled' });
    expect(existsSync(cache)).toBe(false);
  });

  it.each(['exists', 'is a file'])('is not begun when the destination %s', async (what) => {
    if (what === 'exists') await mkdir(destination, { recursive: true });
    else await write('out/result', 'mine');
    await expect(run(request(BUILD))).rejects.toMatchObject({ code: 'destination-exists' });
  });

  it('says that the disk is full when a compiler says so', async () => {
    await expect(run(request('cat src/a.c > /dev/full'))).rejects.toMatchObject({
      code: 'no-space',
      log: expect.stringContaining(join(cache, 'logs')),
    });
    await expectTidy();
  });
});

describe('a request that cannot be right', () => {
  it.each<[string, Partial<CompileRequest>, string]>([
    ['a variant with a path', { variant: '../x' }, 'bad-request'],
    ['a variant that is an option', { variant: '--privileged' }, 'bad-request'],
    ['a variant with a command', { variant: 'x; touch y' }, 'bad-request'],
    ['a variant with a newline', { variant: 'x\ny' }, 'bad-request'],
    ['no outputs', { outputs: [] }, 'bad-request'],
    ['no jobs', { jobs: 0 }, 'bad-request'],
    ['a relative source', { source: { path: 'project', origin: 'source.path' } }, 'bad-request'],
    ['an odd variable', { env: { 'A=B': 'x' } }, 'bad-request'],
    ['a target nobody knows', { target: 'win_amd64' }, 'bad-target'],
    ["another machine's target", { target: 'linux_s390x' }, 'target-unsupported'],
    ['a placeholder without its value', { build: { command: ['x', '{variant}'] } }, 'bad-request'],
  ])('is refused: %s', async (_name, more, code) => {
    await expect(run(request(BUILD, more))).rejects.toMatchObject({ code });
    await expectTidy();
  });

  it('asks for a compiler where there is none', async () => {
    const environment = { PATH: join(folder, 'bin') };
    await expect(run(request(BUILD), { environment })).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('gcc'),
    });
  });
});
