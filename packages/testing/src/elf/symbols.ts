import { ByteWriter, type StringCollector } from './byte-writer.js';
import { gnuHash } from './hash.js';
import type { MachineLayout } from './machine.js';
import type { ElfExport, ElfImport, ElfRecipe } from './recipe.js';
import type { Versions } from './versions.js';

/** A dynamic symbol on its way into the file. */
export interface DynamicSymbol {
  readonly name: string;
  readonly info: number;
  readonly defined: boolean;
  readonly version: number;
}

const GLOBAL = 1;
const WEAK = 2;
const FUNCTION = 2;
const OBJECT = 1;

/** The dynamic symbols: undefined ones first, as DT_GNU_HASH wants it. The empty first symbol is not among them. */
export function collectSymbols(recipe: ElfRecipe, versions: Versions): DynamicSymbol[] {
  const imports = (recipe.imports ?? [])
    .map((symbol): ElfImport => (typeof symbol === 'string' ? { name: symbol } : symbol))
    .map(({ name, weak, library, version }) => ({
      name,
      info: ((weak === true ? WEAK : GLOBAL) << 4) | FUNCTION,
      defined: false,
      version: library !== undefined && version !== undefined ? versions.indexOfNeed(library, version) : 1,
    }));
  const exports = (recipe.exports ?? [])
    .map((symbol): ElfExport => (typeof symbol === 'string' ? { name: symbol } : symbol))
    .map(({ name, type, version }) => ({
      name,
      info: (GLOBAL << 4) | (type === 'object' ? OBJECT : FUNCTION),
      defined: true,
      version: version === undefined ? 1 : versions.indexOfDefinition(version),
    }));
  return [...imports, ...exports];
}

/** `.dynsym`; defined symbols lie at `address` in section `section`. */
export function writeSymbols(
  layout: MachineLayout,
  symbols: readonly DynamicSymbol[],
  strings: StringCollector,
  { address, section }: { readonly address: number; readonly section: number },
): Uint8Array {
  const writer = new ByteWriter(layout);
  for (const symbol of [undefined, ...symbols]) {
    const name = symbol === undefined ? 0 : strings.place(symbol.name);
    const info = symbol?.info ?? 0;
    const place = symbol?.defined === true ? { index: section, value: address } : { index: 0, value: 0 };
    if (layout.class === 64) writer.u32(name).u8(info).u8(0).u16(place.index).word(place.value).word(0);
    else writer.u32(name).word(place.value).word(0).u8(info).u8(0).u16(place.index);
  }
  return writer.done();
}

/** `.gnu.version`: one index for each symbol. */
export function writeVersionIndices(layout: MachineLayout, symbols: readonly DynamicSymbol[]): Uint8Array {
  const writer = new ByteWriter(layout).u16(0);
  for (const { version } of symbols) writer.u16(version);
  return writer.done();
}

/** `.hash` with a single bucket, whose chain is all symbols. */
export function writeSysvHash(
  layout: MachineLayout,
  symbols: readonly DynamicSymbol[],
  wide: boolean,
): Uint8Array {
  const words = [1, symbols.length + 1, symbols.length === 0 ? 0 : 1, 0, ...symbols.map((_, at) => at + 2)];
  if (symbols.length > 0) words[words.length - 1] = 0;
  const writer = new ByteWriter(layout);
  for (const word of words)
    if (wide) writer.word(word);
    else writer.u32(word);
  return writer.done();
}

/** `.gnu.hash` with a single bucket and a Bloom filter that lets everything pass. */
export function writeGnuHash(layout: MachineLayout, symbols: readonly DynamicSymbol[]): Uint8Array {
  const exported = symbols.filter(({ defined }) => defined);
  const first = symbols.length - exported.length + 1;
  const writer = new ByteWriter(layout);
  // As GNU ld: a table that covers nothing says so with a first symbol of 1 and an empty bucket.
  writer
    .u32(1)
    .u32(exported.length === 0 ? 1 : first)
    .u32(1)
    .u32(0);
  writer.bytes(new Array<number>(layout.class / 8).fill(exported.length === 0 ? 0 : 0xff));
  writer.u32(exported.length === 0 ? 0 : first);
  exported.forEach(({ name }, at) => {
    const last = at === exported.length - 1 ? 1 : 0;
    writer.u32(((gnuHash(name) & ~1) | last) >>> 0);
  });
  return writer.done();
}
