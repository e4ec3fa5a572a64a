import type { ByteSource } from '../byte-source.js';
import { ElfError } from '../error.js';
import type { PatchPlan } from './patch-plan.js';

/**
 * The patched file as a byte source over the original: nothing is copied, so that a plan can be checked, or its
 * result audited, before anything is written.
 *
 * @param original - what the plan was made from
 * @throws `ElfError` `short-read` from `read` where a range leads beyond the end
 * @public
 */
export function patchedSource(original: ByteSource, plan: PatchPlan): ByteSource {
  const edits = plan.edits.toSorted((a, b) => a.offset - b.offset);
  const pieces = plan.segment?.pieces ?? [];
  const changesIn = (offset: number, end: number): typeof edits =>
    edits.filter((edit) => edit.offset < end && edit.offset + edit.bytes.length > offset);
  const source: ByteSource = {
    size: plan.size,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > plan.size) {
        throw new ElfError(
          'short-read',
          `${length} bytes were asked for at offset ${offset} of ${plan.size}`,
          {
            offset,
          },
        );
      }
      const end = offset + length;
      const changes = changesIn(offset, end);
      // Most of a large file stays as it is: it's handed on without being copied.
      if (changes.length === 0 && end <= plan.keep) return original.read(offset, length);
      const bytes = new Uint8Array(length);
      const fill = async (
        start: number,
        size: number,
        from: (at: number, length: number) => Promise<Uint8Array>,
      ) => {
        const first = Math.max(start, offset);
        const last = Math.min(start + size, end);
        if (first < last) bytes.set(await from(first - start, last - first), first - offset);
      };
      await fill(0, plan.keep, (at, size) => original.read(at, size));
      for (const piece of pieces) {
        await fill(piece.offset, piece.size, (at, size) =>
          piece.bytes === undefined
            ? original.read((piece.from ?? 0) + at, size)
            : Promise.resolve(piece.bytes.subarray(at, at + size)),
        );
      }
      for (const edit of changes) {
        await fill(edit.offset, edit.bytes.length, (at, size) =>
          Promise.resolve(edit.bytes.subarray(at, at + size)),
        );
      }
      return bytes;
    },
    async readInto(target, offset) {
      const end = offset + target.length;
      const isOriginal = offset >= 0 && end <= plan.keep && changesIn(offset, end).length === 0;
      if (isOriginal && original.readInto !== undefined) await original.readInto(target, offset);
      else target.set(await source.read(offset, target.length));
    },
  };
  return source;
}
