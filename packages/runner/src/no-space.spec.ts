import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { describeIf, missing, temporaryFolder } from '@wheelwright/testing';
import { compile } from './compile.js';
import { localRunner } from './runner/local.js';

const root = await temporaryFolder('no-space');

/** A real disk of 2 MB. Only root may mount one, and not in every container. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'wheelwright-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder);
    return undefined;
  }
}

const compiler = [{ program: 'gcc' }, { program: 'g++' }];
const disk = compiler.every((program) => missing(program) === undefined) ? mountSmallDisk() : undefined;
const mountable = { met: disk !== undefined, reason: 'a small disk can only be mounted by root' };

describeIf([...compiler, mountable], 'a full disk', () => {
  afterAll(() => {
    if (disk === undefined) return;
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  const build = async (places: { cache: string; destination: string }, script: string): Promise<unknown> => {
    await mkdir(join(root, 'project'), { recursive: true });
    await writeFile(join(root, 'project/a'), 'a');
    const request = {
      source: { path: join(root, 'project'), origin: 'source.path' },
      toolchain: 'host',
      target: `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`,
      build: { command: ['sh', '-c', script] },
      outputs: [{ from: '*.so', origin: 'libraries[0]' }],
    } as const;
    return compile(request, { runner: localRunner, ...places, environment: { PATH: process.env['PATH'] } });
  };

  const BIG = 'head -c 3000000 /dev/zero > a.so';

  it.each([
    ['while the command writes', BIG],
    ['while the log is written', 'head -c 3000000 /dev/zero'],
  ])('of the cache is an error of its own, %s', async (_name, script) => {
    const places = { cache: join(disk ?? '', 'cache'), destination: join(root, 'out') };
    await expect(build(places, script)).rejects.toMatchObject({ code: 'no-space' });
    expect(await readdir(root)).toEqual(['project']);
    expect(await readdir(join(disk ?? '', 'cache/work'))).toEqual([]);
  });

  it('of the destination leaves no half result', async () => {
    const places = { cache: join(root, 'cache'), destination: join(disk ?? '', 'out') };
    await expect(build(places, BIG)).rejects.toMatchObject({ code: 'no-space' });
    expect(await readdir(disk ?? '')).not.toContain('out');
    expect((await readdir(disk ?? '')).filter((name) => name.startsWith('.out'))).toEqual([]);
  });
});
