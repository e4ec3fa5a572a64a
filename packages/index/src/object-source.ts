import type { Store } from '@wheelwright/store';
import type { ByteSource } from '@wheelwright/wheel';

/** An object as a source of bytes by range: of a wheel in a bucket, its directory and METADATA are read alone. */
export async function objectSource(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ByteSource | undefined> {
  const info = await store.head(key, { signal });
  if (info === undefined) return undefined;
  return {
    size: info.size,
    read: async (offset, length) => {
      if (length === 0) return new Uint8Array();
      const chunks: Uint8Array[] = [];
      const { body } = await store.get(key, { range: { offset, length }, ifMatch: info.etag, signal });
      for await (const chunk of body) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}
