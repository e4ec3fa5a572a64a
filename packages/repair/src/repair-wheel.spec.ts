import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { patchFile } from '@wheelwright/elf/patch';
import { describeIf, oracle, temporaryFolder, tool } from '@wheelwright/testing';
import { openFile, verifyWheel } from '@wheelwright/wheel';
import { parseProvider, repairWheel, type RepairOptions, type RepairResult } from './index.js';
import { installIntoVenv, runInVenv } from './testing/install.js';
import { compileLink, demoWheel, extensionCode } from './testing/native-wheel.js';
import { graftedNames, readMembers } from './testing/unzip.js';

const folder = await temporaryFolder('repair');
const tools = { name: 'wheelwright', version: '0.0.0' };

function repair(path: string, options: Partial<RepairOptions> = {}) {
  return repairWheel(path, { out: join(folder, 'out'), tool: tools, ...options });
}

function planOf(result: RepairResult) {
  if (result.kind !== 'repaired') throw new Error('the wheel is pure');
  return result.plan;
}

async function problemsOf(path: string): Promise<unknown> {
  const source = await openFile(path);
  return (await verifyWheel(source).finally(() => source.close())).problems;
}

/** A chain ext -> outer -> inner (versioned), with the extension's own module beside it. */
async function makeWheel(name: string, module: Partial<{ flags: string[]; extra: string[] }> = {}) {
  const root = join(folder, name);
  const lib = join(root, 'lib');
  await mkdir(lib, { recursive: true });
  const map = join(root, 'inner.map');
  await writeFile(map, 'INNER_1.0 { global: inner; local: *; };\n');
  await compileLink(lib, {
    name: 'inner',
    code: 'int inner(void) { return 20; }',
    flags: [`-Wl,--version-script,${map}`, '-g'],
  });
  await compileLink(lib, {
    name: 'outer',
    code: 'int inner(void); int outer(void) { return inner() * 2 + 2; }',
    needs: ['inner'],
    flags: ['-g'],
  });
  const extension = join(root, 'ext.so');
  await writeFile(join(root, 'ext.c'), extensionCode('ext', 'outer'));
  await tool('gcc', [
    ...['-shared', '-fPIC', '-g', '-o', extension, join(root, 'ext.c'), join(lib, 'libouter.so.1')],
    `-Wl,-rpath,${lib}`,
    // What needs no C library at all is more than auditwheel can judge.
    ...['-Wl,--no-as-needed', '-lc'],
    ...(module.flags ?? []),
  ]);
  const wheel = await demoWheel(root, [
    { name: 'demo/__init__.py', content: Buffer.from('from demo.ext import value\n') },
    { name: 'demo/ext.so', content: { path: extension }, executable: true },
  ]);
  return { root, lib, wheel, extension };
}

describeIf([{ program: 'gcc' }], 'a wheel that needs a chain of libraries', () => {
  it.each(['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_5_x86_64'])(
    'brings them for %s, as auditwheel does, and imports where the originals are hidden',
    async (plat) => {
      const { root, lib, wheel } = await makeWheel(plat);
      const result = await repair(wheel, { plat });
      const ours = result.written!;
      const peer = join(root, 'peer');
      const said = await oracle('auditwheel', ['repair', '--plat', plat, '-w', peer, wheel]);
      expect(said.exitCode).toBe(0);
      const [theirs = ''] = await readdir(peer);
      const members = await readMembers(ours.path);
      expect(graftedNames(members)).toEqual(graftedNames(await readMembers(join(peer, theirs))));
      expect(ours.filename).toBe(theirs);
      expect(await problemsOf(ours.path)).toEqual([]);

      await rename(lib, `${lib}-hidden`);
      const venv = await installIntoVenv(join(root, 'venv'), ours.path, 'pip');
      expect(await runInVenv(venv, 'import demo; print(demo.value())')).toMatchObject({ stdout: '42' });
      const before = await installIntoVenv(join(root, 'before'), wheel);
      expect((await runInVenv(before, 'import demo')).exitCode).not.toBe(0);
    },
  );

  it('aims at the tag that auditwheel finds by itself, and gives the same bytes on every run', async () => {
    const { root, wheel } = await makeWheel('auto');
    const first = await repair(wheel);
    const second = await repair(wheel, { out: join(root, 'again') });
    expect(await readFile(second.written!.path)).toEqual(await readFile(first.written!.path));
    await oracle('auditwheel', ['repair', '-w', join(root, 'peer'), wheel]);
    expect(await readdir(join(root, 'peer'))).toEqual([first.written!.filename]);
    // What is repaired already needs nothing more, and keeps its name.
    const third = await repair(first.written!.path, { out: join(root, 'third') });
    expect(planOf(third).grafts).toEqual([]);
    expect(third.written!.filename).toBe(first.written!.filename);
  });

  it('tells the plan and what it drops, and writes nothing on a dry run', async () => {
    const { root, lib, wheel } = await makeWheel('dry');
    const out = join(root, 'out');
    const plan = planOf(await repair(wheel, { out, dryRun: true }));
    expect(plan.members).toMatchObject([
      {
        member: 'demo/ext.so',
        dropped: [lib],
        changes: {
          runpath: ['$ORIGIN/../demo.libs'],
          renameNeeded: { 'libouter.so.1': plan.grafts[1]!.name },
        },
      },
    ]);
    expect(plan.grafts.map(({ changes }) => changes)).toMatchObject([
      { soname: expect.stringMatching(/^libinner-[0-9a-f]{8}\.so\.1$/) },
      { runpath: ['$ORIGIN'], renameNeeded: { 'libinner.so.1': plan.grafts[0]!.name } },
    ]);
    expect(plan.grafts[1]!.expected.versionNeeds).toEqual({ [plan.grafts[0]!.name]: ['INNER_1.0'] });
    expect(await readdir(root)).not.toContain('out');
  });

  it('keeps names where that is asked for', async () => {
    const { root, lib, wheel } = await makeWheel('keep');
    const { written } = await repair(wheel, { out: join(root, 'out'), keepNames: ['libinner*'] });
    const names = graftedNames(await readMembers(written!.path));
    expect(names).toEqual(['libinner.so.1', expect.stringMatching(/^libouter-[0-9a-f]{8}\.so\.1$/)]);
    await rename(lib, `${lib}-hidden`);
    const venv = await installIntoVenv(join(root, 'venv'), written!.path);
    expect(await runInVenv(venv, 'import demo; print(demo.value())')).toMatchObject({ stdout: '42' });
  });

  it('takes the same bytes once, however many names lead to them', async () => {
    const { root, lib, extension, wheel } = await makeWheel('once');
    await symlink('libinner.so.1', join(lib, 'libalias.so.1'));
    await writeFile(join(root, 'more.c'), 'int inner(void); int more(void) { return inner(); }');
    await tool('gcc', ['-shared', '-fPIC', '-o', join(root, 'more.so'), join(root, 'more.c')]);
    await patchFile(join(root, 'more.so'), join(root, 'more.so'), {
      addNeeded: ['libalias.so.1'],
      runpath: [lib],
    });
    const both = await demoWheel(join(root, 'both'), [
      { name: 'demo/ext.so', content: { path: extension } },
      { name: 'demo/more.so', content: { path: join(root, 'more.so') } },
    ]);
    const plan = planOf(await repair(both, { dryRun: true }));
    expect(plan.grafts.map(({ names }) => names)).toEqual([
      ['libalias.so.1', 'libinner.so.1'],
      ['libouter.so.1'],
    ]);
    expect(basename(wheel)).toBe('demo-1.0-py3-none-linux_x86_64.whl');
  });

  it('starts programs among the scripts, which pip puts elsewhere', async () => {
    const { root, lib } = await makeWheel('script');
    await writeFile(
      join(root, 'main.c'),
      'int outer(void); int main(void) { return outer() == 42 ? 7 : 1; }',
    );
    await tool('gcc', [
      '-o',
      join(root, 'main'),
      join(root, 'main.c'),
      join(lib, 'libouter.so.1'),
      `-Wl,-rpath-link,${lib}`,
    ]);
    const wheel = await demoWheel(join(root, 'with-script'), [
      { name: 'demo-1.0.data/scripts/demo-run', content: { path: join(root, 'main') }, executable: true },
    ]);
    const { written } = await repair(wheel, { libraryPath: lib, plat: 'manylinux_2_34_x86_64' });
    await rename(lib, `${lib}-hidden`);
    const venv = await installIntoVenv(join(root, 'venv'), written!.path);
    const { exitCode } = await oracle(join(venv, 'bin', 'demo-run'), []);
    expect(exitCode).toBe(7);
  });

  it('brings what is only dlopened, under the name that dlopen knows', async () => {
    const { root, lib } = await makeWheel('root');
    await writeFile(
      join(root, 'open.c'),
      '#include <dlfcn.h>\nint outer(void) { void *l = dlopen("libinner.so.1", RTLD_NOW); int (*f)(void) = l ? (int (*)(void)) dlsym(l, "inner") : 0; return f ? f() : -1; }' +
        extensionCode('ext', 'outer'),
    );
    await tool('gcc', ['-shared', '-fPIC', '-o', join(root, 'open.so'), join(root, 'open.c')]);
    const wheel = await demoWheel(join(root, 'w'), [
      { name: 'demo/__init__.py', content: Buffer.from('from demo.ext import value\n') },
      { name: 'demo/ext.so', content: { path: join(root, 'open.so') } },
    ]);
    const { written } = await repair(wheel, {
      roots: ['libinner.so.1'],
      libraryPath: lib,
      plat: 'manylinux_2_34_x86_64',
    });
    await rename(lib, `${lib}-hidden`);
    const venv = await installIntoVenv(join(root, 'venv'), written!.path);
    expect(await runInVenv(venv, 'import demo; print(demo.value())')).toMatchObject({ stdout: '20' });
    await expect(repair(wheel, { roots: ['libnowhere.so'] })).rejects.toMatchObject({
      code: 'library-missing',
    });
  });

  it('leaves a library to the wheel that provides it', async () => {
    const { root, lib } = await makeWheel('provider');
    await compileLink(lib, { name: 'cudart', code: 'int outer(void) { return 3; }' });
    const cudart = join(lib, 'libcudart.so.12');
    await patchFile(join(lib, 'libcudart.so.1'), cudart, { soname: 'libcudart.so.12' });
    await tool('gcc', ['-shared', '-fPIC', '-o', join(root, 'cu.so'), join(root, 'ext.c'), cudart]);
    const wheel = await demoWheel(join(root, 'w'), [
      { name: 'demo/ext.so', content: { path: join(root, 'cu.so') } },
    ]);
    const providers = [parseProvider('libcudart.so.12=nvidia-cuda-runtime-cu12>=12.1')];
    const result = await repair(wheel, { providers });
    expect(planOf(result).grafts).toEqual([]);
    expect(planOf(result).members).toMatchObject([
      { changes: { runpath: ['$ORIGIN/../nvidia/cuda_runtime/lib'] } },
    ]);
    const members = await readMembers(result.written!.path);
    expect(members.get('demo-1.0.dist-info/METADATA')?.toString()).toContain(
      'Requires-Dist: nvidia-cuda-runtime-cu12>=12.1\n',
    );
    const venv = await installIntoVenv(join(root, 'venv'), result.written!.path);
    const [site] = (
      await runInVenv(venv, 'import sysconfig; print(sysconfig.get_path("platlib"))')
    ).stdout.split('\n');
    await mkdir(join(site!, 'nvidia/cuda_runtime/lib'), { recursive: true });
    await rename(cudart, join(site!, 'nvidia/cuda_runtime/lib/libcudart.so.12'));
    const said = await runInVenv(venv, 'import demo.ext; print(demo.ext.value())');
    expect(said).toMatchObject({ stdout: '3', stderr: '' });
  });
});

describeIf([{ program: 'gcc' }], 'what can not be repaired', () => {
  it('is told before anything is written', async () => {
    const { root, lib, wheel } = await makeWheel('refused');
    const out = join(root, 'out');
    const refused = (options: Partial<RepairOptions>) => repair(wheel, { out, ...options });
    await expect(refused({ exclude: ['libinner.so'] })).rejects.toMatchObject({ code: 'exclude-unused' });
    await expect(refused({ plat: 'manylinux_2_99_x86_64' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(refused({ plat: 'manylinux2014_aarch64' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(refused({ graftDrivers: ['libcuda*'] })).rejects.toMatchObject({ code: 'bad-request' });
    await rename(join(lib, 'libinner.so.1'), join(root, 'libinner.so.1'));
    await expect(refused({})).rejects.toMatchObject({
      code: 'library-missing',
      message: expect.stringMatching(/libinner\.so\.1 \(needed by demo\/ext\.so -> .*libouter/),
    });
    // A linker script under the library's name is passed over, as the loader would.
    await writeFile(join(lib, 'libinner.so.1'), 'INPUT(libother.so.1)\n');
    await expect(refused({})).rejects.toMatchObject({ code: 'library-missing' });
    expect(await readdir(root)).not.toContain('out');
  });

  it('names the library that raises the floor', async () => {
    const root = join(folder, 'floor');
    await mkdir(root);
    const needsNew = '#include <stdlib.h>\nint outer(void) { return (int) (arc4random() & 0) + 42; }';
    const hasIt = await compileLink(root, { name: 'floor', code: needsNew }).then(
      () => true,
      () => false,
    );
    // A C library before 2.36 has no arc4random: memcpy's newest version is what there is then.
    if (!hasIt)
      await compileLink(root, {
        name: 'floor',
        code: '#include <string.h>\nint outer(void) { char a[64], *volatile p = a; memcpy(p, p + 1, (unsigned long) p & 31); return 42; }',
      });
    await writeFile(join(root, 'ext.c'), extensionCode('ext', 'outer'));
    await tool('gcc', [
      '-shared',
      '-fPIC',
      '-nostdlib',
      '-o',
      join(root, 'ext.so'),
      join(root, 'ext.c'),
      join(root, 'libfloor.so.1'),
    ]);
    const wheel = await demoWheel(root, [{ name: 'demo/ext.so', content: { path: join(root, 'ext.so') } }]);
    const attempt = repair(wheel, { libraryPath: root, plat: 'manylinux_2_5_x86_64' });
    await expect(attempt).rejects.toMatchObject({
      code: 'floor-raised',
      message: expect.stringMatching(/libfloor\.so\.1 \(.*\) needs GLIBC_2\.\d+ of libc\.so\.6/),
      hint: expect.stringMatching(/quay\.io\/pypa\/manylinux1_x86_64.*--plat manylinux_2_\d+_x86_64/),
    });
  });
});

it('copies a wheel without native code as it is', async () => {
  const wheel = await demoWheel(
    join(folder, 'pure'),
    [{ name: 'demo/__init__.py', content: Buffer.from('') }],
    {
      platform: 'any',
    },
  );
  const result = await repair(wheel, { out: join(folder, 'pure-out') });
  expect(result.kind).toBe('pure');
  expect(await readFile(result.written!.path)).toEqual(await readFile(wheel));
});
