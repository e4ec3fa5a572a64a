import { ByteWriter, StringCollector } from './byte-writer.js';
import type { MachineLayout } from './machine.js';
import { writeAbiTag, writeBuildId, writeProperties } from './notes.js';
import type { ElfRecipe } from './recipe.js';
import { collectSymbols, writeGnuHash, writeSymbols, writeSysvHash, writeVersionIndices } from './symbols.js';
import { Versions } from './versions.js';

/** A section with its bytes, or with what makes them once every place is known. */
export interface Part {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly entrySize?: number;
  /** The section that `sh_link` names. */
  readonly link?: string;
  readonly info?: number;
  readonly size: number;
  readonly bytes: (addressOf: (name: string) => number) => Uint8Array;
  /** The type of the segment that describes this section beside PT_LOAD. */
  readonly segment?: number;
}

export const ALLOC = 2;
const WRITE = 1;
const EXECUTE = 4;
export const PT = { load: 1, dynamic: 2, interp: 3, note: 4, stack: 0x6474e551 } as const;
export const SHT = { progbits: 1, strtab: 3, hash: 5, dynamic: 6, note: 7, dynsym: 11 } as const;
const GNU = { hash: 0x6ffffff6, verdef: 0x6ffffffd, verneed: 0x6ffffffe, versym: 0x6fffffff } as const;

/** A section whose bytes are known from the start. */
export function fixed(name: string, type: number, flags: number, align: number, bytes: Uint8Array): Part {
  return { name, type, flags, align, size: bytes.length, bytes: () => bytes };
}

/** The sections that PT_LOAD brings into memory, in file order. */
export function loadedParts(recipe: ElfRecipe, layout: MachineLayout): Part[] {
  const word = layout.class / 8;
  const notes = noteParts(recipe, layout);
  const text = fixed('.text', SHT.progbits, ALLOC | EXECUTE, 4, new Uint8Array(16));
  const interpreter: Part[] =
    recipe.interpreter === undefined
      ? []
      : [
          {
            ...fixed('.interp', SHT.progbits, ALLOC, 1, new TextEncoder().encode(`${recipe.interpreter}\0`)),
            segment: PT.interp,
          },
        ];
  if (recipe.static === true) return [...interpreter, ...notes, text];

  const strings = new StringCollector();
  const versions = new Versions(recipe);
  const symbols = collectSymbols(recipe, versions);
  const needs = versions.writeNeeds(layout, strings);
  const definitions = versions.writeDefinitions(layout, strings);
  const entries = dynamicEntries(recipe, versions, strings);
  for (const { name } of symbols) strings.place(name);
  const table = (name: string, type: number, bytes: Uint8Array, more: Partial<Part>): Part => ({
    ...fixed(name, type, ALLOC, word, bytes),
    ...more,
  });
  const isGnu = recipe.hash === 'gnu';
  // s390x has 64-bit words in .hash, unless LLVM's linker wrote it.
  const wideHash = layout.code === 22 && word === 8 && recipe.hash !== 'sysv-lld';
  const hash = isGnu ? writeGnuHash(layout, symbols) : writeSysvHash(layout, symbols, wideHash);
  const parts: Part[] = [
    ...interpreter,
    ...notes,
    text,
    isGnu
      ? table('.gnu.hash', GNU.hash, hash, { link: '.dynsym' })
      : table('.hash', SHT.hash, hash, {
          link: '.dynsym',
          entrySize: wideHash ? 8 : 4,
        }),
  ];
  const section = parts.indexOf(text) + 1;
  const symbolSize = layout.class === 64 ? 24 : 16;
  parts.push({
    ...fixed('.dynsym', SHT.dynsym, ALLOC, word, new Uint8Array((symbols.length + 1) * symbolSize)),
    ...{ link: '.dynstr', info: 1, entrySize: symbolSize },
    bytes: (addressOf) => writeSymbols(layout, symbols, strings, { address: addressOf('.text'), section }),
  });
  parts.push(fixed('.dynstr', SHT.strtab, ALLOC, 1, strings.bytes()));
  if (versions.needCount + versions.definitionCount > 0) {
    const indices = writeVersionIndices(layout, symbols);
    parts.push(table('.gnu.version', GNU.versym, indices, { link: '.dynsym', entrySize: 2, align: 2 }));
  }
  if (versions.definitionCount > 0) {
    const more = { link: '.dynstr', info: versions.definitionCount };
    parts.push(table('.gnu.version_d', GNU.verdef, definitions, more));
  }
  if (versions.needCount > 0) {
    parts.push(table('.gnu.version_r', GNU.verneed, needs, { link: '.dynstr', info: versions.needCount }));
  }
  const present = new Set(parts.map(({ name }) => name));
  const pointers = Object.entries(POINTERS).filter(([name]) => present.has(name));
  const count = entries.length + pointers.length + 3;
  parts.push({
    ...fixed('.dynamic', SHT.dynamic, ALLOC | WRITE, word, new Uint8Array(count * 2 * word)),
    ...{ link: '.dynstr', entrySize: 2 * word, segment: PT.dynamic },
    bytes: (addressOf) => {
      const writer = new ByteWriter(layout);
      for (const [tag, value] of entries) writer.word(tag).word(value);
      for (const [name, tag] of pointers) writer.word(tag).word(addressOf(name));
      return writer
        .word(DT.strsz)
        .word(strings.bytes().length)
        .word(DT.syment)
        .word(symbolSize)
        .word(0)
        .word(0)
        .done();
    },
  });
  return parts;
}

/** The sections with notes, each with a segment of its own. */
function noteParts(recipe: ElfRecipe, layout: MachineLayout): Part[] {
  const { buildId, abiTag, isaLevel, features } = recipe;
  const note = (name: string, align: number, bytes: Uint8Array): Part => ({
    ...fixed(name, SHT.note, ALLOC, align, bytes),
    segment: PT.note,
  });
  const hasProperties = isaLevel !== undefined || features !== undefined;
  return [
    ...(buildId === undefined ? [] : [note('.note.gnu.build-id', 4, writeBuildId(layout, buildId))]),
    ...(abiTag === undefined ? [] : [note('.note.ABI-tag', 4, writeAbiTag(layout, abiTag))]),
    ...(hasProperties
      ? [note('.note.gnu.property', layout.class / 8, writeProperties(layout, { isaLevel, features }))]
      : []),
  ];
}

const DT = { needed: 1, strsz: 10, syment: 11, soname: 14, rpath: 15, runpath: 29 } as const;

/** Dynamic tags whose value is a section's address. */
const POINTERS: Readonly<Record<string, number>> = {
  '.hash': 4,
  '.gnu.hash': 0x6ffffef5,
  '.dynstr': 5,
  '.dynsym': 6,
  '.gnu.version': 0x6ffffff0,
  '.gnu.version_d': 0x6ffffffc,
  '.gnu.version_r': 0x6ffffffe,
};

/** The dynamic entries that don't depend on where sections lie. */
function dynamicEntries(recipe: ElfRecipe, versions: Versions, strings: StringCollector): [number, number][] {
  const entries: [number, number][] = (recipe.needed ?? []).map((name) => [DT.needed, strings.place(name)]);
  if (recipe.soname !== undefined) entries.push([DT.soname, strings.place(recipe.soname)]);
  if (recipe.rpath !== undefined) entries.push([DT.rpath, strings.place(recipe.rpath)]);
  if (recipe.runpath !== undefined) entries.push([DT.runpath, strings.place(recipe.runpath)]);
  if (versions.definitionCount > 0) entries.push([0x6ffffffd, versions.definitionCount]);
  if (versions.needCount > 0) entries.push([0x6fffffff, versions.needCount]);
  return entries;
}
