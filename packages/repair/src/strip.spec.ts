import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { bufferSource, inspectElf } from '@wheelwright/elf';
import { describeIf, temporaryFolder, tool } from '@wheelwright/testing';
import { repairWheel, type RepairOptions, type RepairResult } from './index.js';
import { installIntoVenv, runInVenv } from './testing/install.js';
import { compileLink, demoWheel, extensionCode } from './testing/native-wheel.js';
import { graftedNames, readMembers } from './testing/unzip.js';

const folder = await temporaryFolder('repair-strip');

/** A wheel whose extension needs one library, under a name of the caller's; both have debug information. */
async function makeWheel(place: string, soname: string) {
  const root = join(folder, place);
  const lib = join(root, 'lib');
  await mkdir(lib, { recursive: true });
  const code = 'static int hidden(int x) { return x + 1; }\nint outer(void) { return hidden(41); }';
  const made = await compileLink(lib, {
    name: 'made',
    code,
    flags: ['-g', '-O0', `-Wl,-soname,${soname}`, '-Wl,--build-id'],
  });
  await rename(made, join(lib, soname));
  const extension = await compileLink(root, {
    name: 'ext',
    code: extensionCode('ext', 'outer'),
    flags: ['-g', join(lib, soname), `-Wl,-rpath,${lib}`, '-Wl,--build-id'],
  });
  const wheel = await demoWheel(root, [
    { name: 'demo/__init__.py', content: Buffer.from('from demo.ext import value\n') },
    { name: 'demo/ext.so', content: { path: extension }, executable: true },
  ]);
  return { root, lib, wheel };
}

function repair(path: string, root: string, options: Partial<RepairOptions>): Promise<RepairResult> {
  const tools = { name: 'wheelwright', version: '0.0.0' };
  return repairWheel(path, { out: join(root, 'out'), tool: tools, ...options });
}

/** What readelf says of an ELF file's sections. */
async function sections(root: string, bytes: Buffer): Promise<string> {
  const path = join(root, 'looked-at.so');
  await writeFile(path, bytes);
  return tool('readelf', ['-SW', path]);
}

describeIf([{ program: 'gcc' }, { program: 'strip' }, { program: 'readelf' }], '--strip', () => {
  it.each([
    ['all', false],
    ['debug', true],
  ] as const)(
    '%s leaves what a loader needs, in the wheel and in what is grafted',
    async (strip, keepsNames) => {
      const soname = 'libmade.so.1';
      const { root, lib, wheel } = await makeWheel(strip, soname);
      const before = await inspectElf(bufferSource(await readFile(join(lib, soname))));
      const { written } = await repair(wheel, root, { strip });
      const members = await readMembers(written!.path);
      const [grafted = ''] = graftedNames(members);
      const library = members.get(`demo.libs/${grafted}`)!;
      for (const bytes of [library, members.get('demo/ext.so')!]) {
        const found = await sections(root, bytes);
        expect(found).not.toContain('.debug_info');
        expect(found.includes('.symtab')).toBe(keepsNames);
      }
      expect((await inspectElf(bufferSource(library))).exports).toEqual(before.exports);
      await rename(lib, `${lib}-hidden`);
      const venv = await installIntoVenv(join(root, 'venv'), written!.path);
      expect(await runInVenv(venv, 'import demo; print(demo.value())')).toMatchObject({ stdout: '42' });
    },
  );
});

describeIf([{ program: 'gcc' }], "a library of a driver that isn't NVIDIA's", () => {
  it('is left to the machine, and brought along where that is asked for', async () => {
    const soname = 'libamdhip64.so.6';
    const { root, lib, wheel } = await makeWheel('driver', soname);
    const left = await repair(wheel, root, { dryRun: true });
    expect(left).toMatchObject({ plan: { grafts: [] } });
    const { written } = await repair(wheel, root, { graftDrivers: ['libamdhip64.so*'] });
    expect(graftedNames(await readMembers(written!.path))).toEqual([
      expect.stringMatching(/^libamdhip64-[0-9a-f]{8}\.so\.6$/),
    ]);
    await rename(lib, `${lib}-hidden`);
    const venv = await installIntoVenv(join(root, 'venv'), written!.path);
    expect(await runInVenv(venv, 'import demo; print(demo.value())')).toMatchObject({ stdout: '42' });
  });
});
