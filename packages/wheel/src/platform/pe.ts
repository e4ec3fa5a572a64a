import { type ByteSource, readExactly } from '../byte-source.js';

/** Machine types of a PE file's header (PE format, "Machine types") with their platform tag. */
const TAGS: ReadonlyMap<number, string> = new Map([
  [0x8664, 'win_amd64'],
  [0x014c, 'win32'],
  [0xaa64, 'win_arm64'],
  [0x01c4, 'win_arm32'],
]);

const PE_OFFSET_AT = 0x3c;
const PE_SIGNATURE = 0x00004550;

/** What a PE file is for: a platform tag, or why there is none. */
export type PeFacts = { readonly tag: string } | { readonly unjudged: string };

/** Reads the machine of a PE file (`.dll`, `.pyd`, `.exe`), of which the first bytes, `MZ`, are known. */
export async function readPe(source: ByteSource): Promise<PeFacts> {
  if (source.size < PE_OFFSET_AT + 4) return { unjudged: 'it ends within its DOS header' };
  const at = Buffer.from(await readExactly(source, PE_OFFSET_AT, 4)).readUInt32LE();
  if (at + 6 > source.size) return { unjudged: `its PE header would lie at ${at}, behind its end` };
  const header = Buffer.from(await readExactly(source, at, 6));
  if (header.readUInt32LE() !== PE_SIGNATURE) return { unjudged: 'it has a DOS header only' };
  const machine = header.readUInt16LE(4);
  const tag = TAGS.get(machine);
  return tag === undefined
    ? { unjudged: `machine type 0x${machine.toString(16)} has no platform tag` }
    : { tag };
}
