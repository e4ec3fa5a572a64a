import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { oracle, repositoryRoot, temporaryFolder, tool } from '@wheelwright/testing';
import { openFile, verifyWheel } from '@wheelwright/wheel';
import { bufferSource, inspectElf, openFile as openElf } from '@wheelwright/elf';
import { patchFile } from '@wheelwright/elf/patch';
import { repairWheel } from './index.js';
import { installIntoVenv, runInVenv } from './testing/install.js';
import { compileLink, demoWheel, extensionCode, type Compiler } from './testing/native-wheel.js';
import { graftedNames, readMembers } from './testing/unzip.js';

const folder = await temporaryFolder('zig');
const [zig = ''] = await findZig();

/** A wheel that is compiled for a target of zig's. */
interface Case {
  readonly target: string;
  readonly platform: string;
  /** What both are asked for: auditwheel takes a wish for the machine's own platform only. */
  readonly plat: string;
}

const CASES: readonly Case[] = [
  { target: 'x86_64-linux-gnu.2.17', platform: 'linux_x86_64', plat: 'manylinux_2_17_x86_64' },
  { target: 'x86_64-linux-gnu.2.28', platform: 'linux_x86_64', plat: 'manylinux_2_28_x86_64' },
  { target: 'x86-linux-gnu.2.17', platform: 'linux_i686', plat: 'auto' },
  { target: 'aarch64-linux-gnu.2.17', platform: 'linux_aarch64', plat: 'auto' },
  { target: 'arm-linux-gnueabihf.2.17', platform: 'linux_armv7l', plat: 'auto' },
  { target: 'powerpc64le-linux-gnu.2.19', platform: 'linux_ppc64le', plat: 'auto' },
  { target: 's390x-linux-gnu.2.17', platform: 'linux_s390x', plat: 'auto' },
  { target: 'riscv64-linux-gnu.2.31', platform: 'linux_riscv64', plat: 'auto' },
  { target: 'x86_64-linux-musl', platform: 'musllinux_1_2_x86_64', plat: 'auto' },
  { target: 'aarch64-linux-musl', platform: 'musllinux_1_2_aarch64', plat: 'auto' },
  { target: 'x86-linux-musl', platform: 'musllinux_1_2_i686', plat: 'auto' },
  { target: 'riscv64-linux-musl', platform: 'musllinux_1_2_riscv64', plat: 'auto' },
];

async function findZig(): Promise<string[]> {
  const program = "import ziglang, os; print(os.path.join(os.path.dirname(ziglang.__file__), 'zig'))";
  return (await tool(join(repositoryRoot, 'tmp/zig/bin/python'), ['-c', program])).split('\n');
}

/** ext -> outer -> inner, and ext -> side -> inner: a chain that meets itself again. */
async function compileWheel(root: string, { target, platform }: Case) {
  const lib = join(root, 'lib');
  const compiler: Compiler = [zig, 'cc', '-target', target, '-O1'];
  await mkdir(lib, { recursive: true });
  const text = '#include <stdio.h>\n#include <string.h>\n';
  await compileLink(
    lib,
    {
      name: 'inner',
      code: `${text}int inner(void) { char b[32]; snprintf(b, sizeof b, "%d", 20); return (int) strlen(b) * 10; }`,
    },
    compiler,
  );
  for (const name of ['outer', 'side'])
    await compileLink(
      lib,
      { name, code: `int inner(void); int ${name}(void) { return inner() + 1; }`, needs: ['inner'] },
      compiler,
    );
  const source = join(root, 'ext.c');
  await writeFile(
    source,
    `${text}int outer(void); int side(void); int both(void) { fflush(stdout); return outer() + side(); }` +
      extensionCode('ext', 'both'),
  );
  const extension = join(root, 'ext.so');
  const [program, ...args] = compiler;
  await tool(program, [
    ...args,
    ...['-shared', '-fPIC', '-o', extension, source, join(lib, 'libouter.so.1'), join(lib, 'libside.so.1')],
    '-Wl,--allow-shlib-undefined',
    '-Wl,-z,lazy',
  ]);
  const wheel = await demoWheel(
    root,
    [
      { name: 'demo/__init__.py', content: Buffer.from('from demo.ext import value\n') },
      { name: 'demo/ext.so', content: { path: extension }, executable: true },
    ],
    { platform },
  );
  return { lib, wheel };
}

/**
 * What zig links for musl needs `libc.so`, which auditwheel doesn't find and fails on: it is given the files with the
 * name that ours gives them. Returns how that wheel is called.
 */
async function withMuslNames(root: string, lib: string, platform: string): Promise<string> {
  const name = `libc.musl-${platform.replace('musllinux_1_2_', '').replace('i686', 'x86')}.so.1`;
  const files = [
    join(root, 'ext.so'),
    ...(await readdir(lib)).filter((file) => /\.so\.1$/.test(file)).map((file) => join(lib, file)),
  ];
  for (const path of files) {
    const source = await openElf(path);
    const { needed } = await inspectElf(source).finally(() => source.close());
    if (needed.includes('libc.so')) await patchFile(path, path, { renameNeeded: { 'libc.so': name } });
  }
  return demoWheel(
    root,
    [
      { name: 'demo/__init__.py', content: Buffer.from('from demo.ext import value\n') },
      { name: 'demo/ext.so', content: { path: join(root, 'ext.so') }, executable: true },
    ],
    { platform },
  );
}

describe.each(CASES)('a wheel for $target', (item) => {
  it('gets the libraries and the tags that auditwheel gives it, and verifies', async () => {
    const root = join(folder, item.target);
    const compiled = await compileWheel(root, item);
    const { lib } = compiled;
    const isMusl = item.target.endsWith('-musl');
    if (isMusl) {
      const { written } = await repairWheel(compiled.wheel, {
        out: join(root, 'from-libc.so'),
        ldpaths: [lib],
        tool: { name: 'wheelwright', version: '0.0.0' },
      });
      for (const [name, bytes] of await readMembers(written!.path)) {
        if (/\.so/.test(name))
          expect((await inspectElf(bufferSource(bytes))).needed).not.toContain('libc.so');
      }
    }
    const wheel = isMusl ? await withMuslNames(root, lib, item.platform) : compiled.wheel;
    const { written } = await repairWheel(wheel, {
      out: join(root, 'ours'),
      plat: item.plat,
      ldpaths: [lib],
      tool: { name: 'wheelwright', version: '0.0.0' },
    });
    const peer = join(root, 'peer');
    const said = await oracle('auditwheel', [
      'repair',
      '--plat',
      item.plat,
      '--ldpaths',
      lib,
      '-w',
      peer,
      wheel,
    ]);
    expect(said.exitCode).toBe(0);
    const source = await openFile(written!.path);
    expect((await verifyWheel(source).finally(() => source.close())).problems).toEqual([]);
    const members = await readMembers(written!.path);
    const [theirs] = await readdir(peer);
    expect(theirs).toBe(written!.filename);
    expect(graftedNames(members)).toEqual(graftedNames(await readMembers(join(peer, theirs!))));
    if (!item.target.startsWith('x86_64-linux-gnu')) return;
    await rename(lib, `${lib}-hidden`);
    const venv = await installIntoVenv(join(root, 'venv'), written!.path);
    expect((await runInVenv(venv, 'import demo; print(demo.value())')).stdout).toBe('42');
  });
});
