import { StoreError } from './error.js';
import type { ByteRange } from './store.js';

/**
 * The part of an object that a range asks for (RFC 9110, section 14.1.2: an end behind the object is cut).
 * @throws StoreError `invalid-range` where it begins behind the object or has no sense
 */
export function resolveRange(key: string, size: number, range: ByteRange | undefined): Required<ByteRange> {
  if (range === undefined) return { offset: 0, length: size };
  const { offset, length = Infinity } = range;
  const sensible = Number.isSafeInteger(offset) && offset >= 0 && length > 0;
  if (!sensible || offset >= size) {
    const asked = `offset ${offset}${range.length === undefined ? '' : `, length ${range.length}`}`;
    throw new StoreError(
      'invalid-range',
      `${JSON.stringify(key)} has ${size} bytes; asked for was ${asked}.`,
      { key },
    );
  }
  return { offset, length: Math.min(length, size - offset) };
}
