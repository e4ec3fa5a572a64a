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
  /** Of the central directory. */
  readonly comment?: string;
  /** Bytes between the member before and the local header. */
  readonly before?: Uint8Array;
  /** Bytes behind the data, such as a data descriptor. */
  readonly behind?: Uint8Array;
  /** Where the local header says something else. */
  readonly local?: RawHeader;
}

/** What the end record says, where it lies. */
export interface RawEnd {
  readonly count?: number;
  readonly offset?: number;
  readonly size?: number;
  readonly comment?: string;
  /** ZIP64 end record and locator before it; what the record says of its own size. */
  readonly zip64?: { readonly recordSize?: number; readonly offset?: number };
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
    const comment = Buffer.from(member.comment ?? '');
    const entry = Buffer.concat([header(0x02014b50, 46, central), comment]);
    entry.writeUInt16LE(comment.length, 32);
    offset += member.before?.length ?? 0;
    entry.writeUInt32LE(((member.mode ?? 0o100644) << 16) >>> 0, 38);
    entry.writeUInt32LE(member.offset ?? offset, 42);
    directory.push(entry);
    const behind = member.behind ?? Buffer.alloc(0);
    parts.push(Buffer.from(member.before ?? []), local, Buffer.from(data), Buffer.from(behind));
    offset += local.length + data.length + behind.length;
  }
  const size = Buffer.concat(directory).length;
  const plain = { count: members.length, offset, size };
  return Buffer.concat([
    ...parts,
    ...directory,
    zip64End(plain, end),
    endRecord(members.length, offset, size, end),
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

function zip64End(
  { count, offset, size }: { count: number; offset: number; size: number },
  { zip64 }: RawEnd,
): Buffer {
  if (zip64 === undefined) return Buffer.alloc(0);
  const bytes = Buffer.alloc(76);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(BigInt(zip64.recordSize ?? 44), 4);
  [0x032d, 45].forEach((value, index) => bytes.writeUInt16LE(value, 12 + 2 * index));
  [count, count, size, zip64.offset ?? offset].forEach((value, index) =>
    bytes.writeBigUInt64LE(BigInt(value), 24 + 8 * index),
  );
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(offset + size), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
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
