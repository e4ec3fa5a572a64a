import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compileLibrary, describeIf, repositoryRoot, temporaryFolder, tool } from '@wheelwright/testing';
import { patchFile } from './index.js';

const folder = await temporaryFolder('patchelf');
const patchelf = (version: '0.17' | '0.18'): string =>
  join(repositoryRoot, `tmp/patchelf-${version}/bin/patchelf`);

const code = `
  #include <math.h>
  static __thread int calls;
  double area(double r) { calls++; return fabs(sin(r)) * r * r; }
`;
const changes = {
  soname: 'libarea-0123abcd-much-longer-than-before.so.1',
  runpath: ['$ORIGIN/../some/folder/that/is/longer/than/before'],
};
const asked = ['--set-rpath', changes.runpath[0] ?? '', '--set-soname', changes.soname];

/** What python says when it loads a library and calls it, or the signal that ends it. */
const load = (path: string): Promise<string> =>
  tool('env', ['LD_BIND_NOW=1', 'python3', '-c', LOADER, path]).catch((error: unknown) => String(error));
const LOADER = `
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.area.restype = ctypes.c_double
library.area.argtypes = [ctypes.c_double]
print(library.area(2.0))
`;

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly align: number;
}

/** The loadable segments, as readelf tells them. */
async function segments(path: string): Promise<Segment[]> {
  return (await tool('readelf', ['-lW', path])).split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words[0] !== 'LOAD') return [];
    return [{ offset: Number(words[1]), address: Number(words[2]), align: Number(words.at(-1)) }];
  });
}

const isAligned = ({ offset, address, align }: Segment): boolean => (address - offset) % align === 0;

/** The same library, patched by patchelf and by us. */
async function both(version: '0.17' | '0.18', name: string, pageSize = 16384) {
  const flags = ['-lm', '-g', '-Wl,-soname,libarea.so.1', `-Wl,-z,max-page-size=${pageSize}`];
  const original = await compileLibrary(folder, name, code, flags);
  const [theirs, ours] = [join(folder, `${name}-theirs.so`), join(folder, `${name}-ours.so`)];
  await copyFile(original, theirs);
  await tool(patchelf(version), [...asked, theirs]);
  await patchFile(original, ours, changes);
  return { original, theirs, ours };
}

describeIf(
  [
    { program: 'gcc' },
    { program: 'llvm-strip' },
    {
      met: existsSync(patchelf('0.17')) && existsSync(patchelf('0.18')),
      reason: 'no patchelf 0.17 and 0.18: npx nx run oracles:install-more',
    },
  ],
  'what patchelf is on record to break',
  () => {
    it('a segment whose offset and address differ modulo its alignment: 0.18 (patchelf#492)', async () => {
      const { theirs, ours } = await both('0.18', 'libmisaligned');
      expect((await segments(theirs)).every(isAligned)).toBe(false);
      expect((await segments(ours)).every(isAligned)).toBe(true);
    });

    it('an alignment of 16 KiB that is lost: 0.17 (patchelf#622)', async () => {
      const { theirs, ours } = await both('0.17', 'liblost');
      expect((await segments(theirs)).every(({ align }) => align === 16384)).toBe(false);
      const kept = await segments(ours);
      expect(kept.every(({ align }) => align === 16384) && kept.every(isAligned)).toBe(true);
    });

    it.each(['0.17', '0.18'] as const)(
      'a file that llvm-strip breaks afterwards: %s (auditwheel#716)',
      async (version) => {
        const { original, theirs, ours } = await both(version, `libstripped-${version}`, 4096);
        const said = await load(original);
        expect(said).toMatch(/^3\.63/);
        expect(await load(theirs)).toBe(said);
        for (const path of [theirs, ours]) await tool('llvm-strip', [path]);
        expect(await load(theirs)).toContain('not page-aligned');
        expect(await load(ours)).toBe(said);
      },
    );

    it.each(['0.17', '0.18'] as const)(
      'versions that are needed of a library which is not any more: %s',
      async (version) => {
        const map = join(folder, 'inner.map');
        await writeFile(map, 'V_1 { global: inner; local: *; };\n');
        const inner = await compileLibrary(folder, `libinner${version}`, 'int inner(void) { return 20; }', [
          `-Wl,--version-script,${map}`,
        ]);
        const outer = await compileLibrary(
          folder,
          `libouter${version}`,
          'int inner(void); double area(double r) { return r > 9 ? inner() : r; }',
          [inner],
        );
        const theirs = join(folder, `libouter${version}-theirs.so`);
        await copyFile(outer, theirs);
        await tool(patchelf(version), ['--remove-needed', inner, theirs]);
        expect(await tool('readelf', ['-VW', theirs])).toContain(`File: ${inner}`);
        expect(await load(theirs)).toMatch(/_dl_check_map_versions|undefined symbol|version/);
        await expect(patchFile(outer, theirs, { removeNeeded: [inner] })).rejects.toMatchObject({
          code: 'unpatchable',
          structure: 'DT_VERSYM',
        });
      },
    );
  },
);
