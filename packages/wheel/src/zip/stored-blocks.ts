/** What a stored block of a deflate stream can hold (RFC 1951, 3.2.4). */
const MOST = 0xffff;
const HEADER = 5;

/**
 * Some bytes as they are, as a piece of a deflate stream that begins on a byte boundary: in stored blocks (RFC 1951,
 * 3.2.4), each with its length and the complement of it.
 *
 * @param last - whether the stream ends here
 */
export function storedBlocks(bytes: Uint8Array, last: boolean): Buffer {
  const count = Math.max(1, Math.ceil(bytes.length / MOST));
  const out = Buffer.allocUnsafe(bytes.length + count * HEADER);
  for (let index = 0; index < count; index += 1) {
    const piece = bytes.subarray(index * MOST, (index + 1) * MOST);
    const at = index * (MOST + HEADER);
    out.writeUInt8(last && index === count - 1 ? 1 : 0, at);
    out.writeUInt16LE(piece.length, at + 1);
    out.writeUInt16LE(piece.length ^ MOST, at + 3);
    out.set(piece, at + HEADER);
  }
  return out;
}
