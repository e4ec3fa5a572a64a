import { describe, expect, it } from '@jest/globals';
import { buildElf, type ElfRecipe } from '@wheelwright/testing';
import fc from 'fast-check';
import { ARCHITECTURES, bufferSource, inspectElf, type ByteSource, type ElfFile } from '../index.js';
import { checkPatched, patchedSource, planPatch, type ElfChanges, type PatchPlan } from './index.js';

const withoutNotes: ElfRecipe = {
  soname: 'libown.so.1',
  needed: ['libone.so.1', 'libtwo.so.2', 'libc.so.6'],
  imports: [
    'unversioned',
    { name: 'first', library: 'libone.so.1', version: 'ONE_1.0' },
    { name: 'second', library: 'libone.so.1', version: 'ONE_2.0' },
    { name: 'third', library: 'libtwo.so.2', version: 'TWO_1' },
    { name: 'fourth', library: 'libc.so.6', version: 'GLIBC_2.17' },
  ],
  exports: ['PyInit_own', { name: 'mine', version: 'OWN_1' }],
  runpath: '/build/tree/lib',
};
const recipe: ElfRecipe = { ...withoutNotes, buildId: '0123456789abcdef' };

async function patched(
  bytes: Uint8Array,
  changes: ElfChanges,
): Promise<{ readonly elf: ElfFile; readonly plan: PatchPlan; readonly bytes: Uint8Array }> {
  const original = bufferSource(bytes);
  const plan = await planPatch(original, changes);
  const source = patchedSource(original, plan);
  await checkPatched(original, source);
  return { elf: await inspectElf(source), plan, bytes: await whole(source) };
}

const whole = async (source: ByteSource): Promise<Uint8Array> =>
  Buffer.from(await source.read(0, source.size));

/** What a patch must leave alone. */
function untouched({
  imports,
  exports,
  pythonInit,
  versionDefinitions,
  buildId,
  machine,
  execStack,
}: ElfFile): object {
  return {
    imports: imports.map(({ name, version, weak }) => ({ name, version, weak })),
    ...{ exports, pythonInit, versionDefinitions, buildId, machine, execStack },
  };
}

describe.each(ARCHITECTURES)('a patch on %s', (machine) => {
  it.each(['sysv', 'gnu'] as const)('renames, adds and sets what is asked for, %s hash', async (hash) => {
    const bytes = buildElf({ ...recipe, machine, hash });
    const before = await inspectElf(bufferSource(bytes));
    const { elf } = await patched(bytes, {
      soname: 'libown-0123abcd-with-a-much-longer-name.so.1',
      renameNeeded: { 'libone.so.1': 'libone-deadbeef.so.1' },
      addNeeded: ['libmore.so.3'],
      runpath: ['$ORIGIN/../own.libs', '$ORIGIN'],
    });
    expect(elf.soname).toBe('libown-0123abcd-with-a-much-longer-name.so.1');
    expect(elf.needed).toEqual(['libone-deadbeef.so.1', 'libtwo.so.2', 'libc.so.6', 'libmore.so.3']);
    expect(elf.runpath).toEqual(['$ORIGIN/../own.libs', '$ORIGIN']);
    expect(elf.versionNeeds).toEqual({
      'libone-deadbeef.so.1': ['ONE_1.0', 'ONE_2.0'],
      'libtwo.so.2': ['TWO_1'],
      'libc.so.6': ['GLIBC_2.17'],
    });
    expect(untouched(elf)).toEqual(untouched(before));
  });
});

describe('where new strings go', () => {
  // The base version definition repeats the soname, which then stays in use.
  const bytes = buildElf({ ...recipe, exports: ['mine'] });

  it('writes over a string that nobody needs any more where the new one fits', async () => {
    const { plan, elf } = await patched(bytes, { soname: 'libnew.so.1', runpath: ['$ORIGIN'] });
    expect(plan.segment).toBeUndefined();
    expect(plan.size).toBe(bytes.length);
    expect([elf.soname, elf.runpath]).toEqual(['libnew.so.1', ['$ORIGIN']]);
  });

  it('never writes over a string whose end a symbol shares', async () => {
    // A symbol named like the end of the soname: a linker merges the two, the builder doesn't, so its index is set.
    const shared = buildElf({ soname: 'libown.so', exports: ['own.so'] });
    const { offset } = (await inspectElf(bufferSource(shared))).dynamicStringTable!;
    const at = (text: string): number => Buffer.from(shared).indexOf(`\0${text}\0`, offset) + 1 - offset;
    const merged = Uint8Array.from(shared);
    const symbols = (await inspectElf(bufferSource(shared))).dynamicSymbolTable!;
    new DataView(merged.buffer).setUint32(symbols.offset + 24, at('libown.so') + 3, true);

    const { elf, plan } = await patched(merged, { soname: 'libx.so' });
    expect(elf.soname).toBe('libx.so');
    expect(plan.segment).toBeDefined();
  });

  it('uses a string that is there already', async () => {
    const { plan, elf } = await patched(bytes, { addNeeded: ['libc.so.6'], soname: 'libtwo.so.2' });
    expect(elf.soname).toBe('libtwo.so.2');
    expect(plan.segment).toBeUndefined();
  });

  it('lays its own segment out anew instead of adding another one', async () => {
    const first = await patched(bytes, { soname: 'libown-0123abcd-with-a-much-longer-name.so.1' });
    const same = await patched(first.bytes, { soname: 'libown-89abcdef-with-a-much-longer-name.so.1' });
    expect(same.bytes.length).toBe(first.bytes.length);
    const longer = await patched(same.bytes, { soname: 'libown-89abcdef-with-a-much-longer-name.so.1.2.3' });
    expect(longer.bytes.length - same.bytes.length).toBe('.2.3'.length);
    expect(longer.plan.segment?.offset).toBe(first.plan.segment?.offset);
  });

  it('changes nothing where all is as it shall be', async () => {
    const { plan, bytes: same } = await patched(bytes, { soname: 'libown.so.1', rpath: null });
    expect(plan).toEqual({ says: [], keep: bytes.length, edits: [], segment: undefined, size: bytes.length });
    expect(same).toEqual(Buffer.from(bytes));
  });

  it('moves notes out of the way of the program headers, or the program headers where code is behind them', async () => {
    const long = { soname: 'libown-0123abcd-with-a-much-longer-name.so.1' };
    const { plan } = await patched(buildElf({ ...recipe, buildId: '00'.repeat(64) }), long);
    expect(plan.segment?.pieces.map(({ what }) => what)).toEqual([
      'notes',
      'the string table',
      'new strings',
    ]);
    const moved = await patched(buildElf(withoutNotes), long);
    expect(moved.plan.segment?.pieces[0]?.what).toBe('the program header table');
  });

  it('keeps a moved header table of a program where old kernels look for it', async () => {
    for (const type of ['EXEC', 'DYN'] as const) {
      const program = buildElf({
        ...withoutNotes,
        type,
        ...(type === 'DYN' ? { interpreter: '/lib64/ld.so' } : {}),
      });
      const { plan } = await patched(program, { soname: 'libown-0123abcd-with-a-much-longer-name.so.1' });
      const base = type === 'EXEC' ? 0x400000 : 0;
      expect(plan.segment!.address - plan.segment!.offset).toBe(base);
    }
  });
});

describe('removing', () => {
  const needs = { 'libgone.so.1': ['GONE_1'], 'libold.so.1': ['OLD_1', 'OLD_2'] };
  const unused = buildElf({ needed: ['libgone.so.1', 'libold.so.1'], versionNeeds: needs, imports: ['any'] });

  it('takes the version needs along, so that the loader does not look for them', async () => {
    const first = await patched(unused, { removeNeeded: ['libgone.so.1'] });
    expect([first.elf.needed, first.elf.versionNeeds]).toEqual([
      ['libold.so.1'],
      { 'libold.so.1': ['OLD_1', 'OLD_2'] },
    ]);
    const last = await patched(unused, { removeNeeded: ['libold.so.1'] });
    expect(last.elf.versionNeeds).toEqual({ 'libgone.so.1': ['GONE_1'] });
    const both = await patched(unused, { removeNeeded: ['libold.so.1', 'libgone.so.1'] });
    expect([both.elf.needed, both.elf.versionNeeds]).toEqual([[], {}]);
  });

  it('refuses a library to whose versions a symbol is bound', async () => {
    const refused = planPatch(bufferSource(buildElf(recipe)), { removeNeeded: ['libone.so.1'] });
    await expect(refused).rejects.toMatchObject({ code: 'unpatchable', structure: 'DT_VERSYM' });
  });

  it('removes search paths', async () => {
    const { elf } = await patched(buildElf({ ...recipe, rpath: '/a:/b' }), { rpath: null, runpath: [] });
    expect([elf.rpath, elf.runpath]).toEqual([[], []]);
  });
});

it('clears the executable stack and nothing else', async () => {
  const bytes = buildElf({ ...recipe, execStack: true });
  const { elf, plan } = await patched(bytes, { clearExecStack: true });
  expect(elf.execStack).toBe(false);
  expect(plan.says).toEqual(['the stack: no longer executable']);
  expect((await patched(buildElf(recipe), { clearExecStack: true })).plan.says).toEqual([]);
});

it.each([
  [{ soname: '' }, 'soname'],
  [{ soname: 'a\0b' }, 'soname'],
  [{ addNeeded: ['x'.repeat(5000)] }, 'addNeeded'],
  [{ runpath: ['/a:/b'] }, 'runpath'],
  [{ renameNeeded: { 'libnot.so': 'libx.so' } }, 'DT_NEEDED'],
  [{ removeNeeded: ['libnot.so'] }, 'DT_NEEDED'],
] satisfies [ElfChanges, string][])('refuses %j', async (changes, structure) => {
  const refused = planPatch(bufferSource(buildElf(recipe)), changes);
  await expect(refused).rejects.toMatchObject({ code: 'unpatchable', structure });
});

it('refuses a file without a dynamic section', async () => {
  const refused = planPatch(bufferSource(buildElf({ static: true })), { soname: 'libx.so' });
  await expect(refused).rejects.toMatchObject({ code: 'unpatchable', structure: 'PT_DYNAMIC' });
});

const names = fc.stringMatching(/^lib[a-z]{1,60}\.so(\.[0-9])?$/);

it('says what it was asked to say, however often and in whatever file', async () => {
  const property = fc.asyncProperty(
    fc.record({
      machine: fc.constantFrom(...ARCHITECTURES),
      hash: fc.constantFrom('sysv' as const, 'gnu' as const),
      sectionHeaders: fc.boolean(),
      type: fc.constantFrom('DYN' as const, 'EXEC' as const),
    }),
    fc.boolean(),
    fc.array(fc.record({ soname: names, renamed: names, folders: fc.array(names, { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    async (shape, hasNotes, rounds) => {
      let bytes = buildElf({ ...(hasNotes ? recipe : withoutNotes), ...shape });
      const before = await inspectElf(bufferSource(bytes));
      let old = 'libone.so.1';
      for (const { soname, renamed, folders } of rounds) {
        const result = await patched(bytes, { soname, renameNeeded: { [old]: renamed }, runpath: folders });
        expect(result.elf).toMatchObject({ soname, runpath: folders });
        expect(result.elf.needed).toContain(renamed);
        expect(result.elf.versionNeeds[renamed]).toEqual(['ONE_1.0', 'ONE_2.0']);
        expect(untouched(result.elf)).toEqual(untouched(before));
        bytes = result.bytes;
        old = renamed;
      }
    },
  );
  await fc.assert(property, { numRuns: 150, seed: 7 });
});
