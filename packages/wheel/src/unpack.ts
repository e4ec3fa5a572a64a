import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openFile } from './byte-source.js';
import { quoted, WheelError } from './error.js';
import { writeFully } from './file-output.js';
import { parseWheelFilename } from './filename.js';
import { makeFolders } from './make-folders.js';
import { parseRecord } from './record.js';
import { makeFolder } from './replace-file.js';
import { fileError } from './system-error.js';
import { openWheel, type WheelMember } from './wheel.js';

/** Options of `unpackWheel`. @public */
export interface UnpackOptions {
  /** Replaces the folder if it's there; else it's refused with `exists`. */
  readonly replace?: boolean;
  /** Unpacks also what expands to more than 64 MiB and 50 times the archive's size. */
  readonly anySize?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

/** What was unpacked. @public */
export interface UnpackedWheel {
  /** `name-version`, as in the wheel's file name, inside the folder that was asked for. */
  readonly folder: string;
  readonly files: number;
  /** Bytes of content. */
  readonly size: number;
}

const LONGEST_RECORD = 128 << 20;
const BOMB = { ratio: 50, from: 64 << 20 };

/**
 * Unpacks a wheel into a folder `name-version`, as `wheel unpack` does: every file is compared with its hash in
 * RECORD, names that lead elsewhere are refused, programs stay executable (modes 755 and 644, less the umask). The
 * folder is there as a whole or not at all.
 *
 * Throws what `openWheel` throws, `bad-filename`, `bad-record` for a file that RECORD lacks or has another hash of,
 * `too-large`, `exists`, `aborted`, and the errors of writing.
 */
export async function unpackWheel(
  path: string,
  target: string,
  options: UnpackOptions = {},
): Promise<UnpackedWheel> {
  const { distribution, version } = parseWheelFilename(basename(path));
  const source = await openFile(path);
  try {
    const { members } = await openWheel(source);
    const size = members.reduce((sum, member) => sum + member.size, 0);
    if (size > BOMB.from && size > BOMB.ratio * source.size && options.anySize !== true) {
      throw new WheelError(
        'too-large',
        `${path} would expand to ${size} bytes, more than ${BOMB.ratio} times its own ${source.size}`,
        {
          hint: 'Pass --any-size if that is meant.',
        },
      );
    }
    const hashes = await recordedHashes(path, members);
    const folder = join(target, `${distribution}-${version}`);
    await makeFolders(target);
    await makeFolder(folder, { replace: options.replace === true }, (temporary) =>
      extract(members, temporary, hashes, options),
    );
    return { folder, files: members.length, size };
  } finally {
    await source.close();
  }
}

async function recordedHashes(
  path: string,
  members: readonly WheelMember[],
): Promise<Map<string, string | undefined>> {
  const records = members.filter(({ name }) => /^[^/]+\.dist-info\/RECORD$/.test(name));
  const [record] = records;
  if (record === undefined || records.length > 1)
    throw new WheelError('bad-record', `${path} has ${records.length} RECORDs in dist-info folders, not one`);
  const text = Buffer.from(await record.bytes(LONGEST_RECORD)).toString();
  return new Map(parseRecord(text).map((row) => [row.path, row.hash]));
}

async function extract(
  members: readonly WheelMember[],
  folder: string,
  hashes: ReadonlyMap<string, string | undefined>,
  { signal, onProgress }: UnpackOptions,
): Promise<void> {
  const total = members.reduce((sum, member) => sum + member.size, 0);
  let done = 0;
  const proceed = (bytes: number): void => {
    if (signal?.aborted === true)
      throw new WheelError('aborted', 'unpacking was cancelled', { cause: signal.reason });
    done += bytes;
    onProgress?.(done, total);
  };
  for (const parent of new Set(members.map(({ name }) => dirname(name))))
    await mkdir(join(folder, parent), { recursive: true });
  const waiting = members.toSorted((a, b) => a.compressedSize - b.compressedSize);
  const work = async (): Promise<void> => {
    for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
      const hash = await extractMember(member, join(folder, member.name), hashes.get(member.name), proceed);
      checkHash(member.name, hash, hashes);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: availableParallelism() + 1 }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Writes one file; gives its digest in the notation of its row. */
async function extractMember(
  member: WheelMember,
  path: string,
  recorded: string | undefined,
  proceed: (bytes: number) => void,
): Promise<string> {
  const algorithm = /^(sha256|sha384|sha512)=/.exec(recorded ?? '')?.[1] ?? 'sha256';
  const hash = createHash(algorithm);
  // `wx`: two names that are one on this file system meet here.
  const file = await open(path, 'wx', (member.mode & 0o111) === 0 ? 0o644 : 0o755).catch((error: unknown) => {
    throw fileError(error, 'writing', path);
  });
  try {
    let at = 0;
    for await (const chunk of await member.stream()) {
      const bytes = chunk as Uint8Array;
      proceed(bytes.length);
      hash.update(bytes);
      await writeFully(file, bytes, at);
      at += bytes.length;
    }
  } catch (error) {
    throw fileError(error, 'writing', path);
  } finally {
    await file.close();
  }
  return `${algorithm}=${hash.digest('base64url')}`;
}

function checkHash(name: string, hash: string, hashes: ReadonlyMap<string, string | undefined>): void {
  if (/^[^/]+\.dist-info\/RECORD(?:\.jws|\.p7s)?$/.test(name)) return;
  const recorded = hashes.get(name);
  if (recorded?.replace(/=+$/, '') === hash) return;
  const message =
    recorded === undefined
      ? `RECORD has no hash of ${quoted(name)}`
      : `${quoted(name)} has not the hash that RECORD says`;
  throw new WheelError('bad-record', message, {
    member: name,
    hint: 'Run `wheelwright verify` on the wheel: it lists everything that is wrong with it.',
  });
}
