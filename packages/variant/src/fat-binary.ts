import type { ByteSource } from '@wheelwright/elf';
import { cubinToolkit } from './cubin.js';
import { compareReleases, type CudaRelease } from './cuda-version.js';
import { ptxToolkit } from './ptx.js';

const magic = 0xba55ed50;
const regionHeaderSize = 16;
/** As much of an entry's header as is always there; the whole is longer. */
const entryHeaderSize = 32;
/** Header and the beginning of the code behind it, read at once. */
const entryRead = 192;
/** The linker aligns regions; longer stretches of zeros are something else. */
const mostPadding = 4096;
const mostEntries = 1_000_000;
const kindPtx = 1;
const kindCubin = 2;

/** What embedded GPU code says of itself. */
export interface GpuCode {
  /** `sm_70` for machine code (cubin), `compute_70` for PTX; in the order of the numbers. */
  readonly architectures: readonly string[];
  /** The CUDA releases whose compiler made it, as far as it says so; ascending. */
  readonly compiledBy: readonly CudaRelease[];
  /** Why reading stopped before the end, if it did: a layout that isn't known, or damage. */
  readonly problem: string | undefined;
}

/** The part of a section of fat binaries that was read. */
class Findings {
  readonly architectures = new Set<string>();
  readonly #compiledBy: CudaRelease[] = [];

  /** @param bytes - an entry's header and the beginning of its code */
  add(bytes: Uint8Array, headerSize: number): void {
    const entry = view(bytes);
    const kind = entry.getUint16(0, true);
    const architecture = entry.getUint32(28, true);
    if (kind === kindPtx) {
      this.architectures.add(`compute_${architecture}`);
      this.#note(ptxToolkit(entry.getUint16(26, true), entry.getUint16(24, true)));
    } else if (kind === kindCubin) {
      this.architectures.add(`sm_${architecture}`);
      const flags = bytes.length >= 48 && headerSize >= 48 ? entry.getBigUint64(40, true) : 0n;
      this.#note(cubinToolkit(bytes.subarray(headerSize), flags));
    }
  }

  finish(problem: string | undefined): GpuCode {
    return {
      architectures: sortArchitectures(this.architectures),
      compiledBy: this.#compiledBy.toSorted(compareReleases),
      problem,
    };
  }

  #note(release: CudaRelease | undefined): void {
    const known = this.#compiledBy.some(
      (other) => release !== undefined && compareReleases(other, release) === 0,
    );
    if (release !== undefined && !known) this.#compiledBy.push(release);
  }
}

/**
 * Walks the fat binaries of a `.nv_fatbin` section. Only headers are read: for 1000 pieces of code in 400 MB some two
 * hundred thousand bytes. What is malformed ends the walk with its reason, for GPU code is evidence beside other
 * evidence.
 *
 * The layout isn't published; it was found in binaries and checked against cuobjdump. A region: u32 magic, u16 at 6 size
 * of this header, u64 at 8 size of the entries. An entry: u16 kind (1 PTX, 2 cubin), u32 at 4 size of this header,
 * u64 at 8 size of the code, u16 at 24 and 26 minor and major version (of PTX: its ISA's), u32 at 28 architecture,
 * u64 at 40 flags. All little-endian.
 */
export async function readGpuCode(
  source: ByteSource,
  section: { readonly offset: number; readonly size: number },
): Promise<GpuCode> {
  const end = section.offset + section.size;
  const found = new Findings();
  if (end > source.size) return found.finish('the section ends behind the file');
  let position = section.offset;
  let padding = 0;
  let entries = 0;
  while (position + regionHeaderSize <= end) {
    const header = view(await source.read(position, regionHeaderSize));
    if (header.byteLength < regionHeaderSize)
      return found.finish(unexpected('the end of the file', position));
    if (header.getUint32(0, true) === 0 && padding < mostPadding) {
      padding += 8;
      position += 8;
      continue;
    }
    padding = 0;
    if (header.getUint32(0, true) !== magic) return found.finish(unexpected('no fat binary', position));
    let entry = position + header.getUint16(6, true);
    const regionEnd = entry + Number(header.getBigUint64(8, true));
    if (entry < position + regionHeaderSize || regionEnd > end) {
      return found.finish(unexpected('a fat binary of an impossible size', position));
    }
    while (entry + entryHeaderSize <= regionEnd) {
      const bytes = await source.read(entry, Math.min(entryRead, regionEnd - entry));
      if (bytes.length < entryHeaderSize) return found.finish(unexpected('the end of the file', entry));
      const code = view(bytes);
      const headerSize = code.getUint32(4, true);
      const next = entry + headerSize + Number(code.getBigUint64(8, true));
      if (headerSize < entryHeaderSize || next > regionEnd || (entries += 1) > mostEntries) {
        return found.finish(unexpected('GPU code of an impossible size', entry));
      }
      found.add(bytes.subarray(0, next - entry), headerSize);
      entry = next;
    }
    const length = regionEnd - section.offset;
    position = section.offset + length + ((8 - (length % 8)) % 8);
  }
  return found.finish(undefined);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unexpected(what: string, offset: number): string {
  return `${what} at offset ${offset}`;
}

/** `sm_50, sm_86, compute_86`: machine code first, each by its number. */
export function sortArchitectures(architectures: Iterable<string>): readonly string[] {
  const order = (name: string) => (name.startsWith('sm_') ? 0 : 1_000_000) + Number(name.replace(/^\D+/, ''));
  return [...new Set(architectures)].sort((one, other) => order(one) - order(other));
}

/** What two sections say together; the second one's problem counts. */
export function mergeGpuCode(one: GpuCode, other: GpuCode): GpuCode {
  const more = other.compiledBy.filter((release) =>
    one.compiledBy.every((known) => compareReleases(known, release) !== 0),
  );
  return {
    architectures: sortArchitectures([...one.architectures, ...other.architectures]),
    compiledBy: [...one.compiledBy, ...more].sort(compareReleases),
    problem: other.problem,
  };
}
