import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { buildElf, compileLibrary, describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import { inspectElf, openFile, type ElfFile } from '../index.js';
import { patchFile } from './index.js';

const folder = await temporaryFolder('patch');

async function inspect(path: string): Promise<ElfFile> {
  const file = await openFile(path);
  try {
    return await inspectElf(file);
  } finally {
    await file.close();
  }
}

it('keeps the mode, leaves nothing beside, and may replace the file itself', async () => {
  const path = join(folder, 'libmode.so');
  await writeFile(path, buildElf({ soname: 'libmode.so.1' }));
  await chmod(path, 0o750);
  await patchFile(path, path, { soname: 'libother-with-a-longer-name.so.1' });
  expect((await stat(path)).mode & 0o777).toBe(0o750);
  expect((await inspect(path)).soname).toBe('libother-with-a-longer-name.so.1');
  expect((await readdir(folder)).filter((name) => name.includes('patching'))).toEqual([]);
});

it('writes nothing on a dry run, on a refusal, or when it is stopped', async () => {
  const path = join(folder, 'libdry.so');
  const output = join(folder, 'libdry-out.so');
  await writeFile(path, buildElf({ soname: 'libdry.so.1' }));
  const plan = await patchFile(path, output, { soname: 'libwet.so.1' }, { dryRun: true });
  expect(plan.says).toEqual(['soname libdry.so.1: now libwet.so.1']);
  await expect(patchFile(path, output, { removeNeeded: ['libno.so'] })).rejects.toMatchObject({
    code: 'unpatchable',
  });
  const stopped = patchFile(path, output, { soname: 'libwet.so.1' }, { signal: AbortSignal.abort() });
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect((await readdir(folder)).filter((name) => name.startsWith('libdry-out'))).toEqual([]);
});

const code = `
  #include <math.h>
  #include <stdio.h>
  static __thread int calls;
  double area(double r) { calls++; return fabs(sin(r)) * r * r; }
  int called(void) { return calls; }
`;
const user =
  'double area(double); static char big[64 << 20]; int main(int c, char **v) { big[c] = 1; return area(2) > 1 ? 0 : 1; }';

/** Changes that need everything at once: longer strings, and one more entry in the dynamic section. */
const changes = {
  soname: 'libarea-0123abcd-much-longer-than-before.so.1',
  runpath: ['$ORIGIN/../area.libs', '$ORIGIN'],
};

/** Loads a library as its user would, with every symbol bound at once. */
const load = (path: string): Promise<string> => tool('env', ['LD_BIND_NOW=1', 'python3', '-c', LOADER, path]);
const LOADER = `
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.area.restype = ctypes.c_double
library.area.argtypes = [ctypes.c_double]
print(library.area(2.0), library.called())
`;

describeIf([{ program: 'gcc' }, { program: 'readelf' }, { program: 'strip' }], 'a compiled file', () => {
  // A linker that leaves no room in the dynamic section, one that keeps to 64 KiB pages, old hash tables.
  it.each([
    ['as gcc makes it', []],
    ['without spare dynamic entries', ['-Wl,-z,nodynamic-undefined-weak', '-Wl,--spare-dynamic-tags=0']],
    ['with pages of 64 KiB', ['-Wl,-z,max-page-size=65536']],
    ['with both hash tables', ['-Wl,--hash-style=both']],
    ['without a build id', ['-Wl,--build-id=none']],
    ['with RELRO and immediate binding', ['-Wl,-z,relro,-z,now']],
    ['with debug information', ['-g']],
  ])('%s still loads, and strip does not break it', async (name, flags) => {
    const slug = name.replaceAll(/\W+/g, '-');
    const library = await compileLibrary(folder, `libarea-${slug}`, code, [
      '-lm',
      '-Wl,-soname,libarea.so.1',
      ...flags,
    ]);
    const output = join(folder, `patched-${slug}.so`);
    await patchFile(library, output, changes);
    const said = await load(library);
    expect(await load(output)).toBe(said);
    expect(await inspect(output)).toMatchObject({ soname: changes.soname, runpath: changes.runpath });
    await warnsOfNothingNew(library, output);

    const again = join(folder, `again-${slug}.so`);
    await patchFile(output, again, { soname: 'libshort.so', runpath: null });
    expect(await load(again)).toBe(said);
    expect((await stat(again)).size).toBeLessThanOrEqual((await stat(output)).size);

    for (const path of [output, again]) {
      await tool('strip', [path]);
      expect(await load(path)).toBe(said);
    }
  });

  it.each([
    ['position-independent', ['-pie', '-fPIE']],
    ['at a fixed address', ['-no-pie']],
    [
      'whose headers have code behind them',
      ['-pie', '-fPIE', '-Wl,--build-id=none', '-Wl,-z,noseparate-code'],
    ],
  ])('a program %s still starts', async (name, flags) => {
    const slug = name.replaceAll(/\W+/g, '-');
    const library = await compileLibrary(folder, `libuse-${slug}`, code, ['-lm', '-Wl,-soname,libuse.so.1']);
    await copyFile(library, join(folder, `libuse-${slug}-renamed-to-be-longer.so.1`));
    const source = join(folder, `${slug}.c`);
    await writeFile(source, user);
    const program = join(folder, `program-${slug}`);
    await tool('gcc', ['-o', program, source, library, ...flags]);
    const bare = `${program}-bare`;
    await writeFile(bare, withoutSections(await readFile(program)));
    await chmod(bare, 0o755);

    for (const path of [program, bare]) {
      await patchFile(path, `${path}-patched`, {
        renameNeeded: { 'libuse.so.1': `libuse-${slug}-renamed-to-be-longer.so.1` },
        runpath: ['$ORIGIN', '$ORIGIN/../some/other/folder/that/is/not/there'],
      });
      await tool('env', ['LD_BIND_NOW=1', `${path}-patched`]);
    }
    await warnsOfNothingNew(program, `${program}-patched`);
  });
});

describeIf([{ program: 'gcc' }, { program: 'eu-elflint' }], 'for elfutils, a patched file', () => {
  it.each([
    ['c', []],
    ['g', ['-g']],
    ['wide', ['-Wl,-z,max-page-size=65536', '-Wl,--hash-style=both']],
  ])('is as sound as it was: %s', async (name, flags) => {
    const library = await compileLibrary(folder, `liblint-${name}`, code, [
      '-lm',
      '-Wl,-soname,liblint.so.1',
      ...flags,
    ]);
    const output = join(folder, `linted-${name}.so`);
    await patchFile(library, output, {
      ...changes,
      addNeeded: [
        'libpthread.so.0',
        'libdl.so.2',
        'libutil.so.1',
        'librt.so.1',
        'libanl.so.1',
        'libresolv.so.2',
      ],
    });
    for (const path of [library, output])
      expect(await tool('eu-elflint', ['--gnu-ld', path])).toBe('No errors');
    expect(await load(output)).toBe(await load(library));
  });
});

describeIf([{ program: 'gcc' }, { program: 'eu-elflint' }], 'for elfutils, a relocation', () => {
  it('of a symbol that is longer than the distance to the next page writes into no read-only segment', async () => {
    const library = await compileLibrary(
      folder,
      'libreach',
      `__asm__(".text; .globl reach; .type reach, %function; reach: .fill 50000, 1, 0x90; .size reach, .-reach; .previous");
       extern char reach[];
       void *pointer = reach;`,
      ['-Wl,-soname,libreach.so.1'],
    );
    const output = join(folder, 'libreached.so');
    await patchFile(library, output, changes);
    for (const path of [library, output])
      expect(await tool('eu-elflint', ['--gnu-ld', path])).toBe('No errors');
  });
});

/** readelf has nothing to complain about that it didn't have before. */
async function warnsOfNothingNew(before: string, after: string): Promise<void> {
  const complaints = (path: string): Promise<string> =>
    tool('sh', ['-c', 'readelf -dVSlW "$1" 2>&1 >/dev/null | sed "s/^[^:]*://"', 'sh', path]);
  expect(await complaints(after)).toBe(await complaints(before));
}

/** The file as `sstrip` leaves it: `e_shoff`, `e_shnum` and `e_shstrndx` of a 64-bit file are zero. */
function withoutSections(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64LE(0n, 0x28);
  copy.writeUInt32LE(0, 0x3c);
  return copy;
}
