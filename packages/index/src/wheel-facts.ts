import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type ByteSource, openWheel, parseWheelFilename, type Wheel, WheelError } from '@wheelwright/wheel';
import { IndexError } from './error.js';
import { normaliseProject } from './name.js';

/** What an index has to know of a wheel, from its name and its METADATA. @public */
export interface WheelFacts {
  readonly filename: string;
  /** Normalised. */
  readonly project: string;
  readonly version: string;
  readonly requiresPython: string | undefined;
  /** METADATA as it is in the wheel. */
  readonly metadata: Uint8Array;
  readonly metadataSha256: string;
  /** The largest members first: what makes the size. */
  readonly largest: readonly { readonly name: string; readonly compressedSize: number }[];
}

/** METADATA is text for people too, but none that long. */
const largestMetadata = 16 * 1024 * 1024;

/**
 * Reads what an index shows of a wheel; of the archive only its directory and METADATA.
 * @throws IndexError `bad-wheel`
 * @public
 */
export async function readWheelFacts(source: ByteSource, path: string): Promise<WheelFacts> {
  try {
    return await readFacts(await openWheel(source), basename(path));
  } catch (cause) {
    if (!(cause instanceof WheelError) || cause.code === 'io') throw cause;
    throw badWheel(path, cause.message, cause);
  }
}

async function readFacts(wheel: Wheel, filename: string): Promise<WheelFacts> {
  const { distribution, version } = parseWheelFilename(filename);
  const members = wheel.members.filter(({ name }) => /^[^/]+\.dist-info\/METADATA$/.test(name));
  const [member] = members;
  if (member === undefined || members.length > 1)
    throw badWheel(filename, `it has ${members.length} METADATA files`);
  const metadata = await member.bytes(largestMetadata);
  const fields = headerFields(Buffer.from(metadata).toString());
  const name = fields.get('name') ?? '';
  if (normaliseProject(name) !== normaliseProject(distribution)) {
    throw badWheel(filename, `its METADATA is of ${JSON.stringify(name)}`);
  }
  if (fields.get('version') === undefined) throw badWheel(filename, 'its METADATA has no version');
  return {
    filename,
    project: normaliseProject(name),
    version,
    requiresPython: fields.get('requires-python'),
    metadata,
    metadataSha256: createHash('sha256').update(metadata).digest('hex'),
    largest: wheel.members
      .map(({ name: path, compressedSize }) => ({ name: path, compressedSize }))
      .sort((one, other) => other.compressedSize - one.compressedSize)
      .slice(0, 3),
  };
}

/** The first value of each field before the body; names in lower case. */
function headerFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break;
    const [, name, value] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = name.toLowerCase();
    if (!fields.has(key) && value.trim() !== '') fields.set(key, value.trim());
  }
  return fields;
}

/** @returns the error that names a wheel and what is wrong with it */
export function badWheel(path: string, complaint: string, cause?: unknown): IndexError {
  return new IndexError('bad-wheel', `${path} can't be published: ${complaint}`, {
    hint: 'Build it again; an index gives every client what is in the wheel.',
    ...(cause === undefined ? {} : { cause }),
  });
}
