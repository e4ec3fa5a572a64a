/** A number in an ELF file, by its name in the specification. */
export interface Field {
  readonly name: string;
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8;
}

/** Symbols, hash words and version indices of a file that become fields: there is nothing new in the others. */
const SAMPLES = 24;

/**
 * The places of a sound file's numbers: what a fuzzer changes so that the file stays an ELF file and lies. It's a
 * second, careless reading of the format, which shares nothing with the one that is tested.
 */
export function fieldsOf(bytes: Uint8Array): Field[] {
  return new FieldFinder(bytes).find();
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

class FieldFinder {
  readonly #view: DataView;
  readonly #wide: boolean;
  readonly #little: boolean;
  readonly #fields: Field[] = [];
  readonly #segments: Segment[] = [];

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wide = bytes[4] === 2;
    this.#little = bytes[5] === 1;
  }

  find(): Field[] {
    for (const [at, name] of ['EI_CLASS', 'EI_DATA', 'EI_VERSION', 'EI_OSABI'].entries())
      this.#add(name, 4 + at, 1);
    const [, , , , phoff, shoff] = this.#row('e_', 16, 'type:2 machine:2 version:4 entry:w phoff:w shoff:w');
    const [, , , phnum, , shnum] = this.#row(
      'e_',
      this.#wide ? 48 : 36,
      'flags:4 ehsize:2 phentsize:2 phnum:2 shentsize:2 shnum:2 shstrndx:2',
    );
    this.#programHeaders(phoff ?? 0, phnum ?? 0);
    this.#sectionHeaders(shoff ?? 0, shnum ?? 0);
    for (const segment of this.#segments) {
      if (segment.type === 2) this.#dynamicSection(segment);
      if (segment.type === 4) this.#notes(segment);
    }
    return this.#fields;
  }

  #programHeaders(start: number, count: number): void {
    const layout = this.#wide
      ? 'type:4 flags:4 offset:w vaddr:w paddr:w filesz:w memsz:w align:w'
      : 'type:4 offset:w vaddr:w paddr:w filesz:w memsz:w flags:4 align:w';
    for (let index = 0; index < count; index++) {
      const row = this.#row('p_', start + index * (this.#wide ? 56 : 32), layout);
      const [type = 0, , second = 0, third = 0, , fifth = 0] = row;
      const [offset, address, size] = this.#wide
        ? [second, third, fifth]
        : [row[1] ?? 0, second, row[4] ?? 0];
      this.#segments.push({ type, offset, address, size });
    }
  }

  #sectionHeaders(start: number, count: number): void {
    const layout = 'name:4 type:4 flags:w addr:w offset:w size:w link:4 info:4 addralign:w entsize:w';
    for (let index = 0; index < Math.min(count, SAMPLES); index++) {
      this.#row('sh_', start + index * (this.#wide ? 64 : 40), layout);
    }
  }

  #dynamicSection({ offset, size }: Segment): void {
    const word = this.#wide ? 8 : 4;
    const values = new Map<number, number>();
    for (let at = offset; at + 2 * word <= offset + size; at += 2 * word) {
      const [tag = 0, value = 0] = this.#row('d_', at, 'tag:w un:w');
      if (tag === 0) break;
      values.set(tag, value);
    }
    const place = (tag: number): number | undefined => this.#place(values.get(tag));
    this.#words('DT_HASH', place(4), 2);
    this.#words('DT_GNU_HASH', place(0x6ffffef5), 4);
    this.#symbols(place(6));
    this.#words('DT_VERSYM', place(0x6ffffff0), SAMPLES / 2);
    this.#versions(
      'vn_',
      place(0x6ffffffe),
      'version:2 cnt:2 file:4 aux:4 next:4',
      'hash:4 flags:2 other:2 name:4 next:4',
    );
    this.#versions(
      'vd_',
      place(0x6ffffffc),
      'version:2 flags:2 ndx:2 cnt:2 hash:4 aux:4 next:4',
      'name:4 next:4',
    );
  }

  /** The header of a hash table and the words behind it: filter, buckets, chains. */
  #words(name: string, start: number | undefined, header: number): void {
    if (start === undefined) return;
    for (let index = 0; index < header + SAMPLES; index++)
      this.#add(`${name}[${index}]`, start + 4 * index, 4);
  }

  #symbols(start: number | undefined): void {
    if (start === undefined) return;
    const layout = this.#wide
      ? 'name:4 info:1 other:1 shndx:2'
      : 'name:4 value:4 size:4 info:1 other:1 shndx:2';
    for (let index = 1; index < SAMPLES; index++)
      this.#row('st_', start + index * (this.#wide ? 24 : 16), layout);
  }

  #versions(prefix: string, start: number | undefined, layout: string, auxLayout: string): void {
    let at = start;
    for (let count = 0; at !== undefined && count < SAMPLES; count++) {
      const row = this.#row(prefix, at, layout);
      const [aux = 0, next = 0] = row.slice(-2);
      this.#row(`${prefix}aux_`, at + aux, auxLayout);
      at = next === 0 ? undefined : at + next;
    }
  }

  #notes({ offset, size }: Segment): void {
    for (let at = offset; at + 4 <= offset + size; at += 4) this.#add('note', at, 4);
  }

  #place(address: number | undefined): number | undefined {
    if (address === undefined) return undefined;
    const segment = this.#segments.find(
      ({ type, address: start, size }) => type === 1 && start <= address && address < start + size,
    );
    return segment === undefined ? undefined : segment.offset + address - segment.address;
  }

  /** Adds the fields of a structure (`name:bytes`, `w`: as wide as an address) and gives what they hold. */
  #row(prefix: string, start: number, layout: string): number[] {
    let at = start;
    return layout.split(' ').map((text) => {
      const [name = '', width] = text.split(':');
      const size = width === 'w' ? (this.#wide ? 8 : 4) : (Number(width) as Field['size']);
      const value = this.#add(prefix + name, at, size);
      at += size;
      return value;
    });
  }

  #add(name: string, offset: number, size: Field['size']): number {
    if (offset < 0 || offset + size > this.#view.byteLength) return 0;
    this.#fields.push({ name, offset, size });
    return readNumber(this.#view, { offset, size }, this.#little);
  }
}

export function readNumber(
  view: DataView,
  { offset, size }: Pick<Field, 'offset' | 'size'>,
  little: boolean,
): number {
  if (size === 1) return view.getUint8(offset);
  if (size === 2) return view.getUint16(offset, little);
  if (size === 4) return view.getUint32(offset, little);
  return Number(view.getBigUint64(offset, little));
}

export function writeNumber(
  view: DataView,
  { offset, size }: Pick<Field, 'offset' | 'size'>,
  value: number,
  little: boolean,
): void {
  if (size === 1) view.setUint8(offset, value);
  else if (size === 2) view.setUint16(offset, value, little);
  else if (size === 4) view.setUint32(offset, value, little);
  else view.setBigUint64(offset, BigInt.asUintN(64, BigInt(Math.trunc(value))), little);
}
