import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { askNvcc } from './ask.js';

const scratch = await temporaryFolder('nvcc');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(scratch, 'machine-'));
});

/** Writes a program `nvcc` into `folder/home/bin` and returns its path. */
async function nvcc(home: string, script: string): Promise<string> {
  const path = join(folder, home, 'bin/nvcc');
  await mkdir(join(folder, home, 'bin'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const says = (release: string) => `echo "Cuda compilation tools, release ${release}, V${release}.1"`;
/** No CUDA of this machine, and the shell's own programs. */
const ask = (environment: Record<string, string> = {}, timeout?: number) =>
  askNvcc({
    environment: { PATH: '/usr/bin:/bin', ...environment },
    usualHome: join(folder, 'usual'),
    timeout,
  });

describeIf([{ program: 'sh' }], 'askNvcc', () => {
  it('asks CUDA_HOME first, then the usual place, then PATH', async () => {
    const onPath = await nvcc('path', says('11.8'));
    const environment = { PATH: `relative:${join(folder, 'path/bin')}:/usr/bin:/bin` };
    expect(await ask(environment)).toMatchObject({ path: onPath, release: { major: 11, minor: 8 } });
    const usual = await nvcc('usual', says('12.4'));
    expect(await ask(environment)).toMatchObject({ path: usual, release: { major: 12, minor: 4 } });
    const home = await nvcc('home', says('10.2'));
    expect(await ask({ ...environment, CUDA_HOME: join(folder, 'home') })).toEqual({
      state: 'release',
      path: home,
      release: { major: 10, minor: 2 },
      line: 'Cuda compilation tools, release 10.2, V10.2.1',
    });
  });

  it('gives it --version and nothing of its own but the environment', async () => {
    await nvcc('usual', `test "$*" = --version && test "$LC_ALL" = C && test -z "$HOME" && ${says('9.0')}`);
    expect(await ask()).toMatchObject({ state: 'release' });
  });

  it('passes over what is no program', async () => {
    await mkdir(join(folder, 'home/bin/nvcc'), { recursive: true });
    await chmod(await nvcc('usual', says('9.0')), 0o644);
    expect(await ask({ CUDA_HOME: join(folder, 'home'), PATH: '' })).toEqual({
      state: 'absent',
      searched: [join(folder, 'home/bin/nvcc'), join(folder, 'usual/bin/nvcc')],
    });
  });

  it.each([
    ['prints rubbish', 'echo; echo what is this', { state: 'unreadable', printed: 'what is this' }],
    ['prints nothing', 'true', { state: 'unreadable', printed: '' }],
    ['prints without end', 'yes', { state: 'unreadable', printed: 'y' }],
    ['exits 1', 'exit 1', { state: 'failed', message: 'exit code 1' }],
    [
      'exits 1 with a reason',
      'echo "no licence" >&2; exit 1',
      { state: 'failed', message: 'exit code 1: no licence' },
    ],
    ['exits 1 after a release', `${says('11.2')}; exit 1`, { state: 'failed' }],
    ['is killed', 'kill -9 $$', { state: 'failed', message: 'killed by SIGKILL' }],
  ])('says so where nvcc %s, and asks no other', async (_, script, expected) => {
    await nvcc('usual', says('9.0'));
    const path = await nvcc('home', script);
    expect(await ask({ CUDA_HOME: join(folder, 'home') })).toMatchObject({ ...expected, path });
  });

  it('waits for the time that it is given, also where a child of it holds the pipes', async () => {
    const path = await nvcc('usual', 'sleep 60 & sleep 60');
    const start = performance.now();
    expect(await ask({}, 0.3)).toEqual({ state: 'timed-out', path, seconds: 0.3 });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('does not wait for a child that it leaves behind', async () => {
    await nvcc('usual', `sleep 60 & ${says('9.0')}`);
    const start = performance.now();
    expect(await ask()).toMatchObject({ state: 'release' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('tells a program that cannot be started', async () => {
    const path = await nvcc('usual', '');
    await writeFile(path, '#!/nonexistent/interpreter\n');
    expect(await ask()).toMatchObject({ state: 'failed', path, message: expect.stringContaining('ENOENT') });
  });

  it('stops when told to', async () => {
    await nvcc('usual', 'sleep 60');
    const controller = new AbortController();
    const asked = askNvcc({ environment: {}, usualHome: join(folder, 'usual'), signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error('enough'));
    }, 100);
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('a machine without nvcc', () => {
  it('says where it was looked for', async () => {
    expect(await ask({ PATH: '/x:/y' })).toEqual({
      state: 'absent',
      searched: [join(folder, 'usual/bin/nvcc'), '/x/nvcc', '/y/nvcc'],
    });
  });
});
