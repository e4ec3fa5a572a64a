import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { compile } from '../compile.js';
import type { CompileRequest } from '../request.js';
import { localRunner } from '../runner/local.js';
import { findCcache } from './ccache.js';

const root = await temporaryFolder('ccache');
const MACHINES_CACHE = process.env['WHEELWRIGHT_CACHE'] ?? join(homedir(), '.cache/wheelwright');
const { PATH, HOME } = process.env;

describe('findCcache', () => {
  it('finds none on an empty PATH, and none where the caller turned it off', () => {
    expect(findCcache({ PATH: root }, '/cache')).toBeUndefined();
    expect(findCcache({ PATH, CCACHE_DISABLE: '1' }, '/cache')).toBeUndefined();
  });
});

describeIf([{ program: 'ccache' }, { program: 'gcc' }, { program: 'g++' }], 'ccache', () => {
  const cache = join(root, 'cache');

  async function build(
    name: string,
    more: Partial<CompileRequest> = {},
    environment: Record<string, string | undefined> = {},
  ): Promise<Buffer> {
    const path = join(root, 'project');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'a.c'), 'const char *where(void) { return __FILE__; }\n');
    const makefile = ['a.so: a.o', '\t$(CC) -shared -o $@ a.o', 'a.o: a.c', '\t$(CC) -fPIC $(CFLAGS) -c a.c'];
    await writeFile(join(path, 'Makefile'), `${makefile.join('\n')}\n`);
    const request: CompileRequest = {
      source: { path, origin: 'source.path' },
      toolchain: 'host',
      target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
      build: { system: 'make' },
      outputs: [{ from: 'a.so', origin: 'libraries[0]' }],
      ...more,
    };
    const destination = join(root, name);
    const options = { runner: localRunner, cache, destination, environment: { PATH, HOME, ...environment } };
    expect(await compile(request, options)).toMatchObject({ status: 'compiled' });
    return readFile(join(destination, 'libraries/a.so'));
  }

  /** What ccache itself counts. */
  async function counts(): Promise<{ hits: number; misses: number }> {
    const env = { CCACHE_DIR: join(cache, 'ccache'), CCACHE_CONFIGPATH: '/dev/null' };
    const { stdout } = await execa('ccache', ['--print-stats'], { env });
    const count = (name: string): number => Number(new RegExp(`^${name}\\t(\\d+)$`, 'm').exec(stdout)?.[1]);
    return {
      hits: count('direct_cache_hit') + count('preprocessed_cache_hit'),
      misses: count('cache_miss'),
    };
  }

  it('answers for a second build, in a folder of ours, with the bytes of a build without it', async () => {
    const first = await build('first');
    expect(await counts()).toEqual({ hits: 0, misses: 1 });
    const second = await build('second');
    expect(await counts()).toEqual({ hits: 1, misses: 1 });
    expect(second.equals(first)).toBe(true);
    expect((await build('without', { ccache: false })).equals(first)).toBe(true);
    expect((await build('disabled', {}, { CCACHE_DISABLE: '1' })).equals(first)).toBe(true);
    expect(await counts()).toEqual({ hits: 1, misses: 1 });
  });

  it('answers for zig, too, and for one target only', async () => {
    // zig itself, and what it compiles of its own, is this machine's.
    for (const name of ['zig', 'zig-cache']) {
      await mkdir(join(MACHINES_CACHE, name), { recursive: true });
      await symlink(join(MACHINES_CACHE, name), join(cache, name));
    }
    const zig = (name: string, target: string, ccache = true): Promise<Buffer> =>
      build(name, { toolchain: 'zig', target, ccache });
    const before = await counts();
    const first = await zig('zig-first', 'manylinux2014_x86_64');
    expect(await counts()).toEqual({ ...before, misses: before.misses + 1 });
    expect((await zig('zig-second', 'manylinux2014_x86_64')).equals(first)).toBe(true);
    expect(await counts()).toEqual({ hits: before.hits + 1, misses: before.misses + 1 });
    expect((await zig('zig-without', 'manylinux2014_x86_64', false)).equals(first)).toBe(true);
    await zig('zig-other', 'manylinux_2_28_x86_64');
    expect(await counts()).toEqual({ hits: before.hits + 1, misses: before.misses + 2 });
  }, 300_000);

  it('is not put before a compiler that is behind ccache already', async () => {
    const before = await counts();
    await build('own', {}, { CC: 'ccache gcc', CCACHE_DIR: join(root, 'theirs') });
    expect(await counts()).toEqual(before);
  });
});
