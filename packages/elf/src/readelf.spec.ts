import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compileLibrary, describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import type { ElfFile, SectionTable } from './index.js';
import { compareSymbols, compareWithReadelf, inspectPath } from './testing/compare.js';

const folder = await temporaryFolder('readelf');
const needed = [{ program: 'readelf' }, { program: 'gcc' }];

/** Compares everything; gives what the file says. */
async function compare(path: string): Promise<ElfFile & SectionTable> {
  const file = await compareWithReadelf(path);
  await compareSymbols(path, file);
  return file;
}

describeIf(needed, 'files of this machine', () => {
  const names = ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libm.so.6', 'libz.so.1', 'crtbeginS.o'];

  it.each(names)('%s', async (name) => {
    const path = await tool('gcc', [`-print-file-name=${name}`]);
    // gcc repeats the name of a file that it doesn't find: then there is nothing to compare.
    if (path !== name) await compare(path);
    else await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('the interpreter that runs this test', async () => {
    await compare(process.execPath);
  });
});

describeIf(needed, 'files that gcc makes', () => {
  const code = `
    #include <string.h>
    #include <stdio.h>
    extern int absent(void) __attribute__((weak));
    static int hidden(void) { return 3; }
    int shown(char *a, const char *b) { memcpy(a, b, 9); return absent ? absent() : hidden(); }
    int data = 7;
    int PyInit_fixture(void) { return puts("module"); }`;

  it.each([
    ['plain', []],
    ['stripped', ['-s']],
    ['sysv', ['-Wl,--hash-style=sysv']],
    ['gnu', ['-Wl,--hash-style=gnu']],
    ['rpath', ['-Wl,-rpath,$ORIGIN/lib:/opt', '-Wl,--disable-new-dtags', '-Wl,-soname,librpath.so.2']],
    ['runpath', ['-Wl,-rpath,$ORIGIN/../x.libs', '-Wl,--enable-new-dtags', '-Wl,-z,now', '-Wl,-z,execstack']],
  ])('%s', async (name, flags) => {
    const path = await compileLibrary(folder, name, code, flags);
    const { pythonInit, execStack, stripped } = await compare(path);
    expect({ pythonInit, execStack, stripped }).toEqual({
      pythonInit: ['fixture'],
      execStack: name === 'runpath',
      stripped: name === 'stripped',
    });
  });

  it('a library with versions of its own', async () => {
    const script = join(folder, 'versions.map');
    await writeFile(script, 'ONE_1 { global: one; local: *; };\nTWO_2 { global: two; } ONE_1;\n');
    const source = 'int one(void) { return 1; }\nint two(void) { return 2; }\n';
    const path = await compileLibrary(folder, 'versions', source, [`-Wl,--version-script=${script}`]);
    expect((await compare(path)).versionDefinitions).toEqual(['ONE_1', 'TWO_2']);
  });

  it('a program that exports nothing, with the empty GNU hash table of GNU ld', async () => {
    const path = `${folder}/program`;
    await compileLibrary(folder, 'unused', '#include <stdio.h>\nint main(void) { return puts("x"); }');
    await tool('gcc', ['-o', path, `${folder}/unused.c`, '-Wl,--hash-style=gnu']);
    expect((await compare(path)).imports.map(({ name }) => name)).toContain('puts');
  });

  it('the features that all of its code supports', async () => {
    const flags = ['-fcf-protection=full', '-Wl,-z,ibt,-z,shstk'];
    const path = await compileLibrary(folder, 'features', code, flags).catch(() => undefined);
    // Only compilers for x86 know the option.
    if (path !== undefined) expect((await compare(path)).features).toEqual(['IBT', 'SHSTK']);
    else expect(process.arch).not.toBe('x64');
  });

  it('the ISA level that -Wl,-z,x86-64-v3 asks for', async () => {
    const path = await compileLibrary(folder, 'isa', code, ['-Wl,-z,x86-64-v3']).catch(() => undefined);
    // Only linkers for x86-64 know the option.
    if (path !== undefined) expect((await inspectPath(path)).isa).toBe('x86-64-v3');
    else expect(process.arch).not.toBe('x64');
  });
});
