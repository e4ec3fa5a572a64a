/** The magic and version of the cache that ldconfig writes (glibc, sysdeps/generic/dl-cache.h). */
const MAGIC = Buffer.from('glibc-ld.so.cache1.1');
/** The format of before glibc 2.2, which may stand in front of it; 16 bytes, and 12 for each library. */
const OLD_MAGIC = Buffer.from('ld.so-1.7.0\0');
const HEADER = 48;
const ENTRY = 24;

/** Paths of libraries by their names, as `/etc/ld.so.cache` has them. */
export type LdSoCache = ReadonlyMap<string, readonly string[]>;

/**
 * Reads what ldconfig found in the folders of `/etc/ld.so.conf`: glibc's loader itself reads nothing but this cache.
 * Libraries for particular processors (`glibc-hwcaps`) are left out. The loader passes over a cache that it can't
 * read, and so does this: then the map is empty.
 */
export function readLdSoCache(bytes: Buffer): LdSoCache {
  const cache = bytes.subarray(newFormatAt(bytes));
  const libraries = new Map<string, string[]>();
  if (cache.length < HEADER || !cache.subarray(0, MAGIC.length).equals(MAGIC)) return libraries;
  // The third byte order is "not said", which only little-endian machines ever wrote.
  const big = ((cache[28] ?? 0) & 3) === 3;
  const u32 = (at: number): number => (big ? cache.readUInt32BE(at) : cache.readUInt32LE(at));
  const count = u32(20);
  if (HEADER + count * ENTRY > cache.length) return libraries;
  const text = (at: number): string | undefined => {
    const end = at < cache.length ? cache.indexOf(0, at) : -1;
    return end === -1 ? undefined : cache.toString('utf8', at, end);
  };
  for (let index = 0; index < count; index += 1) {
    const at = HEADER + index * ENTRY;
    const forSomeProcessors = u32(at + 16) !== 0 || u32(at + 20) !== 0;
    const name = text(u32(at + 4));
    const path = text(u32(at + 8));
    if (forSomeProcessors || name === undefined || path === undefined) continue;
    libraries.set(name, [...(libraries.get(name) ?? []), path]);
  }
  return libraries;
}

function newFormatAt(bytes: Buffer): number {
  if (bytes.length < 16 || !bytes.subarray(0, OLD_MAGIC.length).equals(OLD_MAGIC)) return 0;
  return Math.ceil((16 + bytes.readUInt32LE(12) * 12) / 8) * 8;
}
