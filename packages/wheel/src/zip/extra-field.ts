import { EXTRA_ZIP64, IN_ZIP64 } from './constants.js';

/** One extra field of a header (4.5.1). */
export interface ExtraField {
  readonly id: number;
  readonly data: Buffer;
}

/** The extra fields of a header, and whether the last one is cut short. */
export function extraFields(bytes: Buffer): {
  readonly fields: readonly ExtraField[];
  readonly cut: boolean;
} {
  const fields: ExtraField[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (end > bytes.length) break;
    fields.push({ id: bytes.readUInt16LE(at), data: bytes.subarray(at + 4, end) });
    at = end;
  }
  return { fields, cut: at < bytes.length };
}

/** The 32-bit fields of a header that may refer to the ZIP64 extra, in the order of their values there (4.5.3). */
export interface Sizes {
  readonly size: number;
  readonly compressedSize: number;
  /** Of a central header only. */
  readonly offset?: number;
}

/**
 * The values behind the fields that say `0xffffffff`. `missing` names those whose value the extra doesn't hold;
 * `undefined` values there are left as the field has them.
 */
export function zip64Sizes(
  fields: readonly ExtraField[],
  raw: Sizes,
): { readonly sizes: Required<Sizes>; readonly missing: readonly string[] } {
  const refers = raw.size === IN_ZIP64 || raw.compressedSize === IN_ZIP64 || raw.offset === IN_ZIP64;
  if (!refers) {
    const { size, compressedSize, offset = 0 } = raw;
    return { sizes: { size, compressedSize, offset }, missing: [] };
  }
  const data = fields.find(({ id }) => id === EXTRA_ZIP64)?.data ?? Buffer.alloc(0);
  const missing: string[] = [];
  let at = 0;
  const resolve = (name: string, value: number): number => {
    if (value !== IN_ZIP64) return value;
    if (at + 8 > data.length) {
      missing.push(name);
      return value;
    }
    at += 8;
    return Number(data.readBigUInt64LE(at - 8));
  };
  const size = resolve('size', raw.size);
  const compressedSize = resolve('compressed size', raw.compressedSize);
  const offset = resolve('offset', raw.offset ?? 0);
  return { sizes: { size, compressedSize, offset }, missing };
}
