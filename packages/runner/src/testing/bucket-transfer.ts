import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { signedLink, type S3Server } from '@wheelwright/testing';
import type { Transfer } from '../transfer/transfer.js';

/** A bucket of a real server as a Transfer: digests lie beside the files, because a link can't set metadata. */
export function bucketTransfer({ access }: S3Server, bucket: string): Transfer {
  const link = (name: string, method: string): string => signedLink(access, method, `/${bucket}/${name}`);
  const get = async (name: string): Promise<Response | undefined> => {
    const response = await fetch(link(name, 'GET'));
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${name}: ${response.status}`);
    return response;
  };
  const put = async (name: string, body: Uint8Array<ArrayBuffer> | string): Promise<void> => {
    const response = await fetch(link(name, 'PUT'), { method: 'PUT', body });
    if (!response.ok) throw new Error(`PUT ${name}: ${response.status} ${await response.text()}`);
  };
  return {
    url: `s3://${bucket}/`,
    find: async (name) => {
      const found = await get(`${name}.digest`);
      return found && ((await found.json()) as { size: number; sha256: string });
    },
    send: async (name, file, { sha256 }) => {
      const bytes = new Uint8Array(await readFile(file));
      await put(name, bytes);
      await put(`${name}.digest`, JSON.stringify({ size: bytes.byteLength, sha256 }));
    },
    receive: async (name, file, { limit }) => {
      const found = await get(name);
      if (found?.body == null || Number(found.headers.get('content-length')) > limit) return false;
      await pipeline(Readable.fromWeb(found.body), createWriteStream(file, { flags: 'wx' }));
      return true;
    },
    remove: async (name) => {
      await fetch(link(name, 'DELETE'), { method: 'DELETE' });
    },
    link: (name, { method }) => Promise.resolve(link(name, method)),
  };
}
