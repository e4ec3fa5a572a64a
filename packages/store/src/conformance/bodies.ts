import type { GetOptions, Store } from '../store.js';

/** The whole body of an object. */
export async function read(store: Store, key: string, options: GetOptions = {}): Promise<Buffer> {
  return collect((await store.get(key, options)).body);
}

/** All bytes of a stream. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The keys of a listing, in its order. */
export async function keys(store: Store, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
}

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

/** A stream of chunks. */
export async function* streamOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(bytesOf(text));
}

/** A stream that fails after its first chunk. */
export async function* broken(text: string): AsyncGenerator<Uint8Array> {
  yield* streamOf(text);
  throw new Error('the stream broke');
}

/** A stream that never ends after its first chunk. */
export async function* stalled(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await new Promise(() => undefined);
}
