import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, repositoryRoot, temporaryFolder, tool } from '@wheelwright/testing';
import { patchFile } from './index.js';

const folder = await temporaryFolder('foreign');
const python = join(repositoryRoot, 'tmp/zig/bin/python');

/** zig's target, qemu's name for the processor, and where Debian's cross packages have the C library. */
const MACHINES = [
  ['aarch64-linux-gnu.2.17', 'aarch64', 'aarch64-linux-gnu'],
  ['arm-linux-gnueabihf.2.17', 'arm', 'arm-linux-gnueabihf'],
  ['powerpc64le-linux-gnu.2.32', 'ppc64le', 'powerpc64le-linux-gnu'],
  ['s390x-linux-gnu.2.17', 's390x', 's390x-linux-gnu'],
  ['riscv64-linux-gnu.2.31', 'riscv64', 'riscv64-linux-gnu'],
  ['x86-linux-gnu.2.17', 'i386', 'i686-linux-gnu'],
] as const;

const library = `
  #include <stdio.h>
  #include <string.h>
  static __thread int calls;
  int area(int r) { char b[32]; calls++; snprintf(b, sizeof b, "%d", r * r); return (int) strlen(b) * 10 + calls; }
`;
const program = `
  #include <dlfcn.h>
  #include <stdio.h>
  int area(int);
  int main(int count, char **words) {
    void *opened = dlopen(words[1], RTLD_NOW);
    int (*again)(int) = opened ? (int (*)(int)) dlsym(opened, "area") : 0;
    if (!again) { puts(dlerror()); return 1; }
    printf("%d %d\\n", area(12), again(4));
    return 0;
  }
`;

describeIf(
  [
    { met: existsSync(python), reason: 'no zig: npx nx run oracles:install-more' },
    ...MACHINES.map(([, machine]) => ({ program: `qemu-${machine}-static` })),
    {
      met: MACHINES.every(([, , triplet]) => existsSync(`/usr/${triplet}/lib`)),
      reason: 'no C libraries of other architectures: tools/services/install-foreign',
    },
  ],
  'a patched program and its library, under qemu',
  () => {
    it.each(MACHINES)('say the same as before: %s', async (target, machine, triplet) => {
      const [lib, main] = [join(folder, `libarea-${machine}.so.1`), join(folder, `main-${machine}`)];
      await writeFile(`${main}.c`, program);
      await writeFile(`${lib}.c`, library);
      const zig = (...args: string[]): Promise<string> =>
        tool(python, ['-m', 'ziglang', 'cc', '-target', target, '-O1', ...args]);
      await zig('-shared', '-fPIC', '-o', lib, `${lib}.c`, `-Wl,-soname,libarea-${machine}.so.1`);
      await zig('-o', main, `${main}.c`, lib, '-ldl', '-Wl,-rpath,$ORIGIN');
      const run = (file: string, opened: string): Promise<string> =>
        tool(`qemu-${machine}-static`, ['-L', `/usr/${triplet}`, '-E', 'LD_BIND_NOW=1', file, opened]);
      const before = await run(main, lib);
      expect(before).toMatch(/^\d+ \d+$/);

      const renamed = `libarea-${machine}-0123abcd-with-a-much-longer-name.so.1`;
      let [patchedLib, patchedMain] = [join(folder, renamed), `${main}-patched`];
      await patchFile(lib, patchedLib, { soname: renamed, runpath: ['$ORIGIN/../some.libs', '$ORIGIN'] });
      await patchFile(main, patchedMain, {
        renameNeeded: { [`libarea-${machine}.so.1`]: renamed },
        runpath: ['$ORIGIN/../some.libs', '$ORIGIN/deeper', '$ORIGIN'],
      });
      expect(await run(patchedMain, patchedLib)).toBe(before);

      // Once more, shorter: the segment is laid out anew.
      const short = `liba-${machine}.so`;
      await patchFile(patchedLib, join(folder, short), { soname: short, runpath: null });
      patchedLib = join(folder, short);
      await copyFile(patchedMain, `${patchedMain}-1`);
      patchedMain = `${patchedMain}-2`;
      await patchFile(`${main}-patched-1`, patchedMain, {
        renameNeeded: { [renamed]: short },
        runpath: ['$ORIGIN'],
      });
      expect(await run(patchedMain, patchedLib)).toBe(before);
    });
  },
);
