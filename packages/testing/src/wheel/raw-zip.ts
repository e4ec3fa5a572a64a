import { crc32, deflateRawSync } from 'node:zlib';

/** What the headers of a member say; every field may lie. */
export interface RawHeader {
  readonly name?: string | Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly crc32?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly extra?: Uint8Array;
}

/** A member of an archive to be built: sound by default, and wrong where a test says so. */
export interface RawMember extends RawHeader {
  readonly name: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** The bytes behind the local header, if they aren't the content stored or deflated. */
  readonly data?: Uint8Array;
  /** The upper half of the external attributes; 0o100644 if not given. */
  readonly mode?: number;
  readonly offset?: number;
  /** Where the local header says something else. */
  readonly local?: RawHeader;
}

/** What the end record says, where it lies. */
export interface RawEnd {
  readonly count?: number;
  readonly offset?: number;
  readonly size?: number;
  readonly comment?: string;
}

/**
 * Builds a ZIP archive byte by byte, sound or broken as asked, without any code of the packages under test.
 * Names are taken as UTF-8; members are deflated (method 8) unless `method` says otherwise.
 */
export function rawZip(members: readonly RawMember[], end: RawEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const content = Buffer.from(member.content ?? '');
    const method = member.method ?? 8;
    const data = member.data ?? (method === 8 ? deflateRawSync(content) : content);
    const sound = {
      flags: 0,
      method,
      crc32: crc32(content),
      size: content.length,
      compressedSize: data.length,
    };
    const central = { ...sound, ...member };
    const local = header(0x04034b50, 30, { ...central, ...member.local });
    const entry = header(0x02014b50, 46, central);
    entry.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
    entry.writeUInt32LE(member.offset ?? offset, 42);
    directory.push(entry);
    parts.push(local, Buffer.from(data));
    offset += local.length + data.length;
  }
  return Buffer.concat([
    ...parts,
    ...directory,
    endRecord(members.length, offset, Buffer.concat(directory).length, end),
  ]);
}

type Fields = Required<Omit<RawHeader, 'extra'>> & Pick<RawHeader, 'extra'>;

function header(signature: number, length: number, fields: Fields): Buffer {
  const name = Buffer.from(fields.name);
  const extra = Buffer.from(fields.extra ?? []);
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature, 0);
  // The central header has 'version made by' (Unix, 2.0) before the fields that both share.
  const at = length === 46 ? 6 : 4;
  if (at === 6) bytes.writeUInt16LE(0x0314, 4);
  [20, fields.flags, fields.method, 0, 0x21].forEach((value, index) =>
    bytes.writeUInt16LE(value, at + 2 * index),
  );
  [fields.crc32, fields.compressedSize, fields.size].forEach((value, index) =>
    bytes.writeUInt32LE(value, at + 10 + 4 * index),
  );
  bytes.writeUInt16LE(name.length, at + 22);
  bytes.writeUInt16LE(extra.length, at + 24);
  return Buffer.concat([bytes, name, extra]);
}

function endRecord(count: number, offset: number, size: number, end: RawEnd): Buffer {
  const comment = Buffer.from(end.comment ?? '');
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  bytes.writeUInt16LE(end.count ?? count, 8);
  bytes.writeUInt16LE(end.count ?? count, 10);
  bytes.writeUInt32LE(end.size ?? size, 12);
  bytes.writeUInt32LE(end.offset ?? offset, 16);
  bytes.writeUInt16LE(comment.length, 20);
  return Buffer.concat([bytes, comment]);
}
