import { ByteWriter, StringCollector } from './byte-writer.js';
import { writeFileHeader, writeSectionHeaders, writeSegment, type PlacedPart } from './headers.js';
import { machines } from './machine.js';
import { ALLOC, fixed, loadedParts, PT, SHT, type Part } from './parts.js';
import type { ElfRecipe } from './recipe.js';

/**
 * Builds a small valid ELF file: valid for readelf, which has nothing to warn about, and for readers of any kind;
 * it holds no code. Made for tests on machines without a compiler, and for files that no compiler makes.
 */
export function buildElf(recipe: ElfRecipe = {}): Uint8Array {
  const layout = machines[recipe.machine ?? 'x86_64'];
  const wide = layout.class === 64;
  const hasHeaders = recipe.sectionHeaders !== false;
  const loaded = loadedParts(recipe, layout);
  const extra = Object.entries(recipe.sections ?? {}).map(([name, bytes]) =>
    fixed(name, SHT.progbits, 0, 1, bytes),
  );
  const names = new StringCollector();
  for (const { name } of [...loaded, ...extra, { name: '.shstrtab' }]) names.place(name);
  const unplaced = [
    ...loaded,
    ...extra,
    ...(hasHeaders ? [fixed('.shstrtab', SHT.strtab, 0, 1, names.bytes())] : []),
  ];

  const described = loaded.filter(({ segment }) => segment !== undefined).length;
  const segmentCount = 1 + described + (recipe.execStack === undefined ? 0 : 1);
  const headerSize = (wide ? 64 : 52) + segmentCount * (wide ? 56 : 32);
  const base = recipe.type === 'EXEC' ? 0x400000 : 0;
  const parts = place(unplaced, headerSize, base);
  const sections = hasHeaders ? { offset: align(endOf(parts), 8), count: parts.length + 1 } : undefined;

  const head = new ByteWriter(layout);
  const type = recipe.type === 'EXEC' ? 2 : 3;
  writeFileHeader(head, layout, { type, osabi: recipe.osabi ?? 0, segmentCount, sections });
  const loadSize = endOf(parts.slice(0, loaded.length));
  writeSegment(head, layout, {
    type: PT.load,
    flags: 6,
    offset: 0,
    address: base,
    size: loadSize,
    align: 0x1000,
  });
  for (const { segment, offset, address, size, align } of parts) {
    if (segment === undefined) continue;
    writeSegment(head, layout, {
      type: segment,
      flags: segment === PT.dynamic ? 6 : 4,
      offset,
      address,
      size,
      align,
    });
  }
  if (recipe.execStack !== undefined) {
    const flags = recipe.execStack ? 7 : 6;
    writeSegment(head, layout, { type: PT.stack, flags, offset: 0, address: 0, size: 0, align: 16 });
  }

  const headers = sections === undefined ? new Uint8Array() : writeSectionHeaders(layout, parts, names);
  const file = new Uint8Array((sections?.offset ?? endOf(parts)) + headers.length);
  file.set(head.done());
  const addressOf = (name: string): number => parts.find((part) => part.name === name)?.address ?? 0;
  for (const part of parts) file.set(part.bytes(addressOf), part.offset);
  file.set(headers, file.length - headers.length);
  return file;
}

function place(parts: readonly Part[], start: number, base: number): PlacedPart[] {
  let end = start;
  return parts.map((part) => {
    const offset = align(end, part.align);
    end = offset + part.size;
    return { ...part, offset, address: (part.flags & ALLOC) === 0 ? 0 : base + offset };
  });
}

function endOf(parts: readonly PlacedPart[]): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : last.offset + last.size;
}

function align(offset: number, size: number): number {
  return Math.ceil(offset / size) * size;
}
