import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, temporaryFolder } from '@wheelwright/testing';
import { execa } from 'execa';
import { userFolders } from '../build/folders.js';
import { copyExample } from '../testing/repository.js';
import { wheelwright } from '../testing/terminal.js';

/** A first build installs zig and compiles its C++ runtime. */
const COLD = 300_000;
const LOADER = '/lib/ld-musl-x86_64.so.1';

const root = await temporaryFolder('custom-operators-musl');
const folder = join(root, 'project');
const isX86 = { met: process.arch === 'x64', reason: 'the wheel is for x86_64' };
const hasLoader = {
  met: await access(LOADER).then(
    () => true,
    () => false,
  ),
  reason: `no ${LOADER}: tools/services/install brings it`,
};

interface Document {
  readonly wheel: string;
  readonly artifact: string;
}

/** Loads the library into a process of musl, and asks what the wheel's Python code asks. */
const PROGRAM = `#include <dlfcn.h>
#include <stdio.h>
#include "simpledet/c_api.h"
#define SYMBOL(name) __typeof__(name) *name##_ = dlsym(library, #name)
int main(int count, char **words) {
  void *library = dlopen(words[1], RTLD_NOW);
  if (library == NULL) return fprintf(stderr, "%s\\n", dlerror()), 1;
  SYMBOL(SDTensorCreate);
  SYMBOL(SDInvoke);
  SYMBOL(SDTensorData);
  float numbers[] = {-1.0f, 0.5f, 2.0f};
  int64_t shape[] = {3};
  size_t size;
  const float *data;
  SDTensorHandle in, out;
  if (SDTensorCreate_(numbers, shape, 1, &in) != 0) return 2;
  if (SDInvoke_("relu_scaled", &in, 1, NULL, NULL, 0, &out) != 0) return 3;
  if (SDTensorData_(out, &data, &size) != 0 || size != 3) return 4;
  return printf("%g %g %g\\n", data[0], data[1], data[2]) < 0;
}
`;

describeIf([{ program: 'cmake' }, { program: 'git' }, isX86], 'examples/custom-operators, for musl', () => {
  let document: Document;

  it(
    'is built by zig for musllinux_1_2 by changing one flag',
    async () => {
      await copyExample('custom-operators', folder);
      const args = ['build-wheel', '--store', 'store', '--platform', 'musllinux_1_2_x86_64', '--json'];
      const { exitCode, stdout, stderr } = await wheelwright(folder, args, process.env);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      document = JSON.parse(stdout) as Document;
      expect(document).toMatchObject({
        wheel: join(folder, 'dist/simpledet_ops-1.0.0-py3-none-musllinux_1_2_x86_64.whl'),
        platform: 'musllinux_1_2_x86_64',
      });
    },
    COLD,
  );

  it('is musllinux_1_2 for auditwheel, and names the C library as Alpine does', async () => {
    const { stdout } = await oracle('auditwheel', ['show', '--json', '--ldpaths=', document.wheel]);
    expect(JSON.parse(stdout)).toMatchObject({ overall_tag: 'musllinux_1_2_x86_64', external_libs: {} });
    const library = join(document.artifact.replace('file://', ''), 'libsimpledet.so');
    const dynamic = await oracle('/usr/bin/env', ['readelf', '--dynamic', '--wide', library]);
    expect(dynamic.stdout.match(/\(NEEDED\).*/g)).toEqual([
      expect.stringContaining('[libc.musl-x86_64.so.1]'),
    ]);
  });

  describeIf([hasLoader], 'where there is a musl', () => {
    it(
      'is loaded, and gives its numbers',
      async () => {
        const program = join(root, 'load');
        const zig = join(userFolders(process.env).cache, 'zig/0.17.1/ziglang/zig');
        await writeFile(`${program}.c`, PROGRAM);
        const headers = `-I${join(folder, 'base/include')}`;
        const target = ['-target', 'x86_64-linux-musl', '-dynamic', '-O1'];
        await execa(zig, ['cc', ...target, headers, '-o', program, `${program}.c`]);
        const library = join(folder, 'dist/compiled/simpledet-ops/libraries/lib/libsimpledet.so');
        const { stdout } = await execa(LOADER, [program, library]);
        expect(stdout).toBe('0 1 4');
      },
      COLD,
    );
  });
});
