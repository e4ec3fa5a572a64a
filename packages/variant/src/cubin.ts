import type { CudaRelease } from './cuda-version.js';

/** Flag of a fat binary's entry: the code is compressed as an LZ4 block. */
const lz4 = 0x2000n;
/** As much of a cubin's file header as is needed: up to and with `e_version`. */
const headerSize = 24;
const elfMagic = 0x7f454c46;
const machineCuda = 190;
/** `EI_OSABI` of cubins to CUDA 12 (and of older architectures later). Those with another one have 1 in `e_version`. */
const osabiCuda = 51;

/**
 * The CUDA release whose compiler made a cubin: up to CUDA 12 `e_version` of its ELF header is the release times ten
 * (102, 112, 124). That isn't published; it was found in, and holds for, all of 2,200 cubins of CUDA 10.2 to 12.8.
 *
 * @param code - the beginning of the code in a fat binary
 * @param flags - the entry's flags, which say how it's compressed
 * @returns `undefined` where it doesn't say (compressed by Zstandard, as in CUDA 13) or isn't a cubin
 */
export function cubinToolkit(code: Uint8Array, flags: bigint): CudaRelease | undefined {
  const header = (flags & lz4) === 0n ? code.subarray(0, headerSize) : lz4Prefix(code, headerSize);
  if (header === undefined || header.length < headerSize) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0) !== elfMagic || view.getUint8(7) !== osabiCuda) return undefined;
  const version = view.getUint32(20, true);
  if (view.getUint16(18, true) !== machineCuda || version < 50 || version > 255) return undefined;
  return { major: Math.floor(version / 10), minor: version % 10 };
}

/**
 * The first bytes of an LZ4 block (LZ4 Block Format Description); `undefined` where the block ends before them or
 * can't be one.
 */
function lz4Prefix(block: Uint8Array, wanted: number): Uint8Array | undefined {
  const out = new Uint8Array(wanted);
  let done = 0;
  let at = 0;
  const length = (nibble: number): number | undefined => {
    let total = nibble;
    for (let next = 255; nibble === 15 && next === 255; total += next) {
      const byte = block[at++];
      if (byte === undefined) return undefined;
      next = byte;
    }
    return total;
  };
  while (done < wanted) {
    const token = block[at++];
    const literals = token === undefined ? undefined : length(token >> 4);
    if (token === undefined || literals === undefined) return undefined;
    const taken = Math.min(literals, wanted - done);
    if (at + taken > block.length) return undefined;
    out.set(block.subarray(at, at + taken), done);
    done += taken;
    if (done === wanted) return out;
    at += literals;
    const [low, high] = [block[at], block[at + 1]];
    at += 2;
    const match = length(token & 15);
    const distance = low === undefined || high === undefined ? 0 : low | (high << 8);
    if (match === undefined || distance === 0 || distance > done) return undefined;
    for (const end = Math.min(done + match + 4, wanted); done < end; done += 1) {
      out[done] = out[done - distance] ?? 0;
    }
  }
  return out;
}
