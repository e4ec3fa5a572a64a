import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compileLibrary, describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import { inspectElf, openFile, readSectionTable, type ElfFile, type SectionTable } from './index.js';

const folder = await temporaryFolder('readelf');
const needed = [{ program: 'readelf' }, { program: 'gcc' }];

function readelf(flags: readonly string[], path: string): Promise<string> {
  return tool('readelf', [...flags, path]);
}

async function inspect(path: string): Promise<ElfFile & SectionTable> {
  const file = await openFile(path);
  try {
    return { ...(await inspectElf(file)), ...(await readSectionTable(file)) };
  } finally {
    await file.close();
  }
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, group]) => group ?? '');
}

/** The dynamic section and versions as readelf prints them. */
async function dynamicByReadelf(path: string): Promise<Partial<ElfFile>> {
  const text = await readelf(['-dVW'], path);
  const versionNeeds: Record<string, string[]> = {};
  let library: string[] = [];
  const [, needsSection = ''] = text.split("Version needs section '.gnu.version_r'");
  for (const line of needsSection.split('\n')) {
    const file = /File: (\S+) {2}Cnt/.exec(line)?.[1];
    if (file !== undefined) library = versionNeeds[file] = [];
    const version = /0x\w+: +Name: (\S+) {2}Flags/.exec(line)?.[1];
    if (version !== undefined) library.push(version);
  }
  const [soname] = all(text, /Library soname: \[(.*)\]/g);
  return {
    needed: all(text, /Shared library: \[(.*)\]/g),
    soname,
    rpath: all(text, /Library rpath: \[(.*)\]/g).flatMap((paths) => paths.split(':')),
    runpath: all(text, /Library runpath: \[(.*)\]/g).flatMap((paths) => paths.split(':')),
    versionNeeds,
    versionDefinitions: all(text, /Rev: 1 {2}Flags: (?!BASE).* Name: (\S+)/g),
  };
}

/** The dynamic symbols as readelf prints them: undefined ones as one text each, and how many are defined. */
async function symbolsByReadelf(path: string): Promise<{ imports: string[]; exports: number }> {
  const text = await readelf(['--dyn-syms', '-W'], path);
  const line = /^ +(?!0:)\d+: \w+ +\w+ \w+ +(\w+) +\w+ +(?:\[.*\] +)?(\w+) (\S+)/gm;
  const symbols = Array.from(text.matchAll(line), ([, binding, section, name]) => ({
    binding,
    section,
    name,
  }));
  const imports = symbols.filter(({ section }) => section === 'UND');
  return {
    imports: imports.map(({ binding, name }) => `${binding === 'WEAK' ? 'weak ' : ''}${name ?? ''}`),
    exports: symbols.filter(({ section, binding }) => section !== 'UND' && binding !== 'LOCAL').length,
  };
}

async function compareWithReadelf(path: string): Promise<void> {
  const file = await inspect(path);
  const symbols = await symbolsByReadelf(path);
  const [interpreter] = all(await readelf(['-lW'], path), /program interpreter: (.*)\]/g);
  const [buildId] = all(await readelf(['-nW'], path), /Build ID: (\w+)/g);
  const sections = all(await readelf(['-SW'], path), /^ +\[ *\d+\] (\S*) /gm);
  expect(file).toMatchObject({
    ...(await dynamicByReadelf(path)),
    interpreter,
    buildId,
    exports: symbols.exports,
  });
  const imports = file.imports.map(
    ({ name, weak, version }) => `${weak ? 'weak ' : ''}${name}${version === undefined ? '' : `@${version}`}`,
  );
  expect(imports).toEqual(symbols.imports);
  expect(file.sections.map(({ name }) => name)).toEqual(sections);
}

describeIf(needed, 'files of this machine', () => {
  const names = ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libm.so.6', 'libz.so.1', 'crtbeginS.o'];

  it.each(names)('%s', async (name) => {
    const path = await tool('gcc', [`-print-file-name=${name}`]);
    // gcc repeats the name of a file that it doesn't find: then there is nothing to compare.
    if (path !== name) await compareWithReadelf(path);
    else await expect(access(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('the interpreter that runs this test', async () => {
    await compareWithReadelf(process.execPath);
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
    await compareWithReadelf(path);
    const { pythonInit, execStack, stripped } = await inspect(path);
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
    await compareWithReadelf(path);
    expect((await inspect(path)).versionDefinitions).toEqual(['ONE_1', 'TWO_2']);
  });

  it('a program that exports nothing, with the empty GNU hash table of GNU ld', async () => {
    const path = `${folder}/program`;
    await compileLibrary(folder, 'unused', '#include <stdio.h>\nint main(void) { return puts("x"); }');
    await tool('gcc', ['-o', path, `${folder}/unused.c`, '-Wl,--hash-style=gnu']);
    await compareWithReadelf(path);
    expect((await inspect(path)).imports.map(({ name }) => name)).toContain('puts');
  });

  it('the ISA level that -Wl,-z,x86-64-v3 asks for', async () => {
    const path = await compileLibrary(folder, 'isa', code, ['-Wl,-z,x86-64-v3']).catch(() => undefined);
    // Only linkers for x86-64 know the option.
    if (path !== undefined) expect((await inspect(path)).isa).toBe('x86-64-v3');
    else expect(process.arch).not.toBe('x64');
  });
});
