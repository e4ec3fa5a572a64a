import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ByteSource } from '@wheelwright/elf';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures');

/** A slice as tools/variant-corpus/slice.mjs makes it of a published library. */
interface Slice {
  readonly size: number;
  /** Offset and base64. */
  readonly parts: readonly (readonly [offset: number, bytes: string])[];
}

/** A published library, of which only the bytes that tell its variant are there; all others are zeros. */
export function openSlice(name: string): ByteSource {
  const text = gunzipSync(readFileSync(join(fixtures, `${name}.json.gz`))).toString('utf8');
  const { size, parts } = JSON.parse(text) as Slice;
  const kept = parts.map(([offset, base64]) => ({ offset, bytes: Buffer.from(base64, 'base64') }));
  return {
    size,
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      for (const part of kept) {
        const from = Math.max(offset - part.offset, 0);
        const to = Math.min(offset + length - part.offset, part.bytes.length);
        if (from < to) part.bytes.copy(bytes, part.offset + from - offset, from, to);
      }
      return Promise.resolve(bytes);
    },
  };
}
