import { expect } from '@jest/globals';
import {
  inspectElf,
  openFile,
  readSectionTable,
  type ByteSource,
  type ElfFile,
  type SectionTable,
} from '../index.js';
import { importTexts, readelf, symbolsByReadelf } from './readelf.js';

/** Reads a file, its section headers included. */
export async function inspectPath(path: string): Promise<ElfFile & SectionTable> {
  const source = await openFile(path);
  try {
    return { ...(await inspectElf(source)), ...(await readSectionTable(source)) };
  } finally {
    await source.close();
  }
}

/**
 * Expects that `inspectElf` says what readelf says: of headers, dynamic section, versions, notes and section names.
 * And that it says the same of the file without section headers, from which readelf takes versions and symbols: where
 * there are none, these are not compared. Of an object file, which is not loaded, readelf takes notes from sections.
 */
export async function compareWithReadelf(path: string): Promise<ElfFile & SectionTable> {
  const { sections, stripped, ...file } = await inspectPath(path);
  const { versionNeeds, versionDefinitions, features, sectionNames, ...facts } = await readelf(path);
  const others = {
    ...(sections.length === 0 ? {} : { versionNeeds, versionDefinitions }),
    ...(file.type === 'REL' ? {} : { features }),
  };
  const keys = new Set(Object.keys({ ...facts, ...others }));
  const ours = Object.fromEntries(Object.entries(file).filter(([key]) => keys.has(key)));
  expect(ours).toEqual({ ...facts, ...others });
  expect(sections.map(({ name }) => name)).toEqual(sectionNames);
  const source = await openFile(path);
  try {
    expect(await inspectElf(withoutSectionHeaders(source))).toEqual(file);
  } finally {
    await source.close();
  }
  return { ...file, sections, stripped };
}

/** Expects that the dynamic symbols are those that readelf lists, if it finds them. */
export async function compareSymbols(path: string, file: ElfFile & SectionTable): Promise<void> {
  if (file.sections.length === 0) return;
  const { imports, exports } = await symbolsByReadelf(path);
  expect(importTexts(file)).toEqual(imports);
  expect(file.exports).toBe(exports);
}

/** The same file with `e_shoff`, `e_shnum` and `e_shstrndx` of zero, as sstrip leaves it. */
function withoutSectionHeaders(source: ByteSource): ByteSource {
  return {
    size: source.size,
    read: async (offset, length) => {
      const bytes = Uint8Array.from(await source.read(offset, length));
      if (offset !== 0 || length < 64) return bytes;
      const wide = bytes[4] === 2;
      bytes.fill(0, wide ? 40 : 32, wide ? 48 : 36);
      bytes.fill(0, wide ? 60 : 48, wide ? 64 : 52);
      return bytes;
    },
  };
}
