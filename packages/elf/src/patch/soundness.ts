import { BoundedReader } from '../bounded-reader.js';
import type { ByteSource } from '../byte-source.js';
import { DT, PT } from '../constants.js';
import { ElfError } from '../error.js';
import { hashTablesFindAll } from './hash-check.js';
import { programHeaderSize, readLayout, type Layout, type ProgramHeader } from './layout.js';
import { isProgram } from './segment-plan.js';
import { readTables, type Tables } from './tables.js';

/** Something that would keep a loader, a kernel or a tool from reading a file as it was meant. */
export interface Fault {
  /** Which rule it breaks: a stable word. */
  readonly rule: string;
  readonly message: string;
}

/**
 * Checks what a patch could break: segments, their alignment and order, the program header table's own place, all
 * addresses of the dynamic section, hash tables, version needs. Every fault is told.
 *
 * @throws `ElfError` where the file can't be read at all
 */
export async function findFaults(source: ByteSource): Promise<readonly Fault[]> {
  const reader = new BoundedReader(source);
  const layout = await readLayout(reader);
  const tables = await readTables(reader, layout);
  const loads = layout.programHeaders.filter(({ type }) => type === PT.LOAD);
  const faults = [
    ...segmentFaults(layout, loads),
    ...headerTableFaults(layout, loads),
    ...dynamicFaults(layout, loads),
  ];
  faults.push(...versionFaults(layout, tables));
  if (
    tables.symbols !== undefined &&
    !(await hashTablesFindAll(reader, layout, tables.strings, tables.symbols))
  ) {
    faults.push({ rule: 'hash', message: 'a hash table does not lead to every symbol' });
  }
  return faults;
}

function segmentFaults(layout: Layout, loads: readonly ProgramHeader[]): Fault[] {
  const faults: Fault[] = [];
  for (const [at, load] of loads.entries()) {
    const place = `the segment at 0x${load.address.toString(16)}`;
    if (load.offset + load.fileSize > layout.fileSize) {
      faults.push({ rule: 'segment-range', message: `${place} leads beyond the end of the file` });
    }
    if (load.align > 1 && (load.offset - load.address) % load.align !== 0) {
      faults.push({
        rule: 'segment-alignment',
        message: `${place} is at offset 0x${load.offset.toString(16)}: not the same modulo 0x${load.align.toString(16)}`,
      });
    }
    const before = loads[at - 1];
    if (before !== undefined && before.address + before.memorySize > load.address) {
      faults.push({ rule: 'segment-order', message: `${place} begins before the one in front of it ends` });
    }
  }
  return faults;
}

function headerTableFaults(layout: Layout, loads: readonly ProgramHeader[]): Fault[] {
  const faults: Fault[] = [];
  const size = layout.programHeaders.length * programHeaderSize(layout);
  const start = layout.programHeaderOffset;
  const load = loads.find(({ offset, fileSize }) => offset <= start && start + size <= offset + fileSize);
  const self = layout.programHeaders.find(({ type }) => type === PT.PHDR);
  if (self !== undefined) {
    const isRight =
      load !== undefined &&
      self.offset === start &&
      self.fileSize === size &&
      self.address === load.address + (start - load.offset);
    if (!isRight)
      faults.push({ rule: 'phdr', message: 'PT_PHDR is not where the program header table is loaded' });
  }
  const first = loads[0];
  if (load !== undefined && first !== undefined && isProgram(layout)) {
    if (load.address - load.offset !== first.address - first.offset) {
      faults.push({
        rule: 'phdr-kernel',
        message: 'kernels before 5.18 would not find the program header table',
      });
    }
  }
  return faults;
}

/** Tags whose value is an address that a segment brings from the file (gABI; LSB; GNU). */
const ADDRESS_TAGS: Readonly<Record<string, number>> = {
  DT_HASH: DT.HASH,
  DT_GNU_HASH: DT.GNU_HASH,
  DT_STRTAB: DT.STRTAB,
  DT_SYMTAB: DT.SYMTAB,
  DT_RELA: 7,
  DT_REL: 17,
  DT_JMPREL: 23,
  DT_VERSYM: DT.VERSYM,
  DT_VERDEF: DT.VERDEF,
  DT_VERNEED: DT.VERNEED,
};

function dynamicFaults(layout: Layout, loads: readonly ProgramHeader[]): Fault[] {
  const isLoaded = (address: number): boolean =>
    loads.some((load) => load.address <= address && address < load.address + load.memorySize);
  const faults = Object.entries(ADDRESS_TAGS).flatMap(([name, tag]): Fault[] => {
    const value = Number(layout.dynamic.find((entry) => entry.tag === tag)?.value ?? 0n);
    return value === 0 || isLoaded(value) ? [] : [{ rule: 'address', message: `${name} is in no segment` }];
  });
  const { offset, address } = layout.dynamicSegment;
  const isInside = loads.some(
    (load) =>
      load.offset <= offset &&
      offset < load.offset + load.fileSize &&
      address - offset === load.address - load.offset,
  );
  return isInside ? faults : [...faults, { rule: 'dynamic', message: 'PT_DYNAMIC is in no segment' }];
}

/** glibc's loader gives up where a version is needed of a library that isn't. */
function versionFaults(layout: Layout, { texts, versionNeeds }: Tables): Fault[] {
  const needed = new Set(
    Array.from(texts).flatMap(([at, text]) => (layout.dynamic[at]?.tag === DT.NEEDED ? [text] : [])),
  );
  const count = Number(layout.dynamic.find(({ tag }) => tag === DT.VERNEEDNUM)?.value ?? 0n);
  const faults = versionNeeds
    .filter(({ library }) => !needed.has(library))
    .map(({ library }) => ({
      rule: 'version-need',
      message: `versions are needed of ${library}, which isn't needed`,
    }));
  if (count === versionNeeds.length) return faults;
  return [
    ...faults,
    { rule: 'version-chain', message: `there are ${versionNeeds.length} of ${count} version needs` },
  ];
}

/**
 * Fails if a patched file has a fault that the original didn't have.
 *
 * @throws `ElfError` `unsound`
 */
export async function checkPatched(original: ByteSource, patched: ByteSource): Promise<void> {
  const before = new Set((await findFaults(original)).map(({ rule }) => rule));
  const faults = (await findFaults(patched)).filter(({ rule }) => !before.has(rule));
  if (faults.length === 0) return;
  throw new ElfError(
    'unsound',
    `the patched file would be broken: ${faults.map(({ message }) => message).join('; ')}`,
  );
}
