import type { ByteSource } from '@wheelwright/elf';

const magic = 0xba55ed50;
const regionHeaderSize = 16;
/** As much of an entry's header as we read; the whole is longer. */
const entryHeaderSize = 32;
/** The linker aligns regions; longer stretches of zeros are something else. */
const mostPadding = 4096;
const mostEntries = 1_000_000;
const kinds = new Map([
  [1, 'compute'],
  [2, 'sm'],
]);

/** The architectures that GPU code is embedded for. */
export interface GpuCode {
  /** `sm_70` for machine code (cubin), `compute_70` for PTX; in the order of the numbers. */
  readonly architectures: readonly string[];
  /** Why reading stopped before the end, if it did: a layout that isn't known, or damage. */
  readonly problem: string | undefined;
}

/**
 * Walks the fat binaries of a `.nv_fatbin` section. Only headers are read: for 200 regions some ten thousand bytes.
 * What is malformed ends the walk with its reason, for GPU code is evidence beside other evidence.
 *
 * The layout isn't published; it was found in binaries and checked against cuobjdump. A region: u32 magic, u16 at 6 size
 * of this header, u64 at 8 size of the entries. An entry: u16 kind (1 PTX, 2 cubin), u32 at 4 size of this header,
 * u64 at 8 size of the code, u32 at 28 architecture. All little-endian.
 */
export async function readGpuCode(
  source: ByteSource,
  section: { readonly offset: number; readonly size: number },
): Promise<GpuCode> {
  const end = section.offset + section.size;
  if (end > source.size) return finish([], 'the section ends behind the file');
  const found = new Set<string>();
  let position = section.offset;
  let padding = 0;
  let entries = 0;
  while (position + regionHeaderSize <= end) {
    const header = view(await source.read(position, regionHeaderSize));
    if (header.byteLength < regionHeaderSize)
      return finish(found, unexpected('the end of the file', position));
    if (header.getUint32(0, true) === 0 && padding < mostPadding) {
      padding += 8;
      position += 8;
      continue;
    }
    padding = 0;
    if (header.getUint32(0, true) !== magic) return finish(found, unexpected('no fat binary', position));
    let entry = position + header.getUint16(6, true);
    const regionEnd = entry + Number(header.getBigUint64(8, true));
    if (entry < position + regionHeaderSize || regionEnd > end) {
      return finish(found, unexpected('a fat binary of an impossible size', position));
    }
    while (entry + entryHeaderSize <= regionEnd) {
      const code = view(await source.read(entry, entryHeaderSize));
      if (code.byteLength < entryHeaderSize) return finish(found, unexpected('the end of the file', entry));
      const headerSize = code.getUint32(4, true);
      const next = entry + headerSize + Number(code.getBigUint64(8, true));
      if (headerSize < entryHeaderSize || next > regionEnd || (entries += 1) > mostEntries) {
        return finish(found, unexpected('GPU code of an impossible size', entry));
      }
      const kind = kinds.get(code.getUint16(0, true));
      if (kind !== undefined) found.add(`${kind}_${code.getUint32(28, true)}`);
      entry = next;
    }
    const length = regionEnd - section.offset;
    position = section.offset + length + ((8 - (length % 8)) % 8);
  }
  return finish(found, undefined);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unexpected(what: string, offset: number): string {
  return `${what} at offset ${offset}`;
}

function finish(found: Iterable<string>, problem: string | undefined): GpuCode {
  return { architectures: sortArchitectures(found), problem };
}

/** `sm_50, sm_86, compute_86`: machine code first, each by its number. */
export function sortArchitectures(architectures: Iterable<string>): readonly string[] {
  const order = (name: string) => (name.startsWith('sm_') ? 0 : 1_000_000) + Number(name.replace(/^\D+/, ''));
  return [...new Set(architectures)].sort((one, other) => order(one) - order(other));
}
