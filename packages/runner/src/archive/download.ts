import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** No source comes near it: a server that never stops sending must not fill the disk. */
const MAX_BYTES = 8 * 2 ** 30;

/** A web address, and what is to be said to its server besides. */
export interface WebAddress {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Takes user and password out of a URL: they are sent as a header, and never show in a message.
 *
 * @throws TypeError for what is no http(s) URL
 */
export function webAddress(text: string): WebAddress {
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError(`${url.protocol} isn't known: an http(s) URL is needed`);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  url.username = '';
  url.password = '';
  return { url, headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` } };
}

/** Asks a server, and refuses every answer but 200. */
export async function request(
  { url, headers }: WebAddress,
  signal: AbortSignal | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(url, {
    headers: { ...more, ...headers },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`the server says ${response.status}`);
}

/** Writes what a server sends into a new file. */
export async function download(
  address: WebAddress,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { body } = await request(address, signal);
  if (body === null) throw new Error('the server sends nothing');
  let size = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > MAX_BYTES) done(new Error(`the server sends more than ${MAX_BYTES} bytes`));
      else done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body), limited, createWriteStream(path, { flags: 'wx' }));
}
