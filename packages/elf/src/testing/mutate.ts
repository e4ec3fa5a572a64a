import { fieldsOf, readNumber, writeNumber, type Field } from './fields.js';
import type { Random } from './random.js';

/** A file to change, and where its numbers are. */
export interface Specimen {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
}

export function specimen(name: string, bytes: Uint8Array): Specimen {
  return { name, bytes, fields: fieldsOf(bytes) };
}

type Mutator = (
  bytes: Uint8Array,
  specimen: Specimen,
  random: Random,
  others: readonly Specimen[],
) => Uint8Array;

/** Changes a copy of a specimen in one to six ways. */
export function mutate(chosen: Specimen, random: Random, others: readonly Specimen[]): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(chosen.bytes);
  const count = 1 + random.below(6);
  for (let index = 0; index < count; index++) bytes = random.pick(MUTATORS)(bytes, chosen, random, others);
  return bytes;
}

/** A field gets a value that programs stumble over. */
const lie: Mutator = (bytes, { fields }, random) => {
  const { field, view, little } = pickField(bytes, fields, random);
  if (field !== undefined) writeNumber(view, field, interesting(bytes, field, random), little);
  return bytes;
};

/** A field becomes slightly more or less. */
const shift: Mutator = (bytes, { fields }, random) => {
  const { field, view, little } = pickField(bytes, fields, random);
  if (field !== undefined) {
    writeNumber(view, field, readNumber(view, field, little) + random.below(65) - 32, little);
  }
  return bytes;
};

/** A field says what another one says: segments overlap, chains lead into one another, tables lie on headers. */
const confuse: Mutator = (bytes, { fields }, random) => {
  const { field, view, little } = pickField(bytes, fields, random);
  const alike = fields.filter(({ offset, size }) => size === field?.size && offset + size <= bytes.length);
  if (field === undefined || alike.length === 0) return bytes;
  writeNumber(view, field, readNumber(view, random.pick(alike), little), little);
  return bytes;
};

/** A link of a chain leads to itself, back, nowhere, or one byte further. */
const relink: Mutator = (bytes, { fields }, random) => {
  const links = fields.filter(({ name }) => /_(?:next|aux|cnt)$/.test(name));
  const { field, view, little } = pickField(bytes, links, random);
  if (field !== undefined) writeNumber(view, field, random.pick([0, 1, 4, 8, 0xfffffff0, 0xffff]), little);
  return bytes;
};

const scribble: Mutator = (bytes, _, random) => {
  for (let count = 1 + random.below(8); count > 0; count--) bytes[random.below(bytes.length)] = random.next();
  return bytes;
};

/** A stretch is filled with one byte: strings lose their ends, tables become all ones. */
const flood: Mutator = (bytes, _, random) => {
  const start = random.below(bytes.length);
  return bytes.fill(random.pick([0, 0xff, 0x41]), start, start + 1 + random.below(512));
};

const cut: Mutator = (bytes, _, random) => bytes.slice(0, random.below(bytes.length + 1));

const grow: Mutator = (bytes, _, random) => {
  const grown = new Uint8Array(bytes.length + random.below(4096));
  grown.set(bytes);
  return grown;
};

/** A stretch comes from another place, or from a file for another machine. */
const splice: Mutator = (bytes, _, random, others) => {
  const from = random.pick(others).bytes;
  const start = random.below(from.length);
  const piece = from.subarray(start, start + 1 + random.below(256));
  bytes.set(piece.subarray(0, bytes.length), random.below(Math.max(bytes.length - piece.length, 0) + 1));
  return bytes;
};

/** Lies come more often than noise: noise mostly breaks what is read first. */
const MUTATORS: readonly Mutator[] = [
  ...[lie, lie, lie, lie, shift, shift, confuse, confuse, relink],
  ...[scribble, flood, cut, grow, splice],
];

function pickField(
  bytes: Uint8Array,
  fields: readonly Field[],
  random: Random,
): { readonly field: Field | undefined; readonly view: DataView; readonly little: boolean } {
  const field = fields.length === 0 ? undefined : random.pick(fields);
  return {
    field: field !== undefined && field.offset + field.size <= bytes.length ? field : undefined,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    little: bytes[5] !== 2,
  };
}

function interesting(bytes: Uint8Array, { size }: Field, random: Random): number {
  const most = 2 ** (8 * size) - 1;
  return random.pick([
    ...[0, 1, 2, 3, 7, 8, 0x7f, 0xff, 0x7fff, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0],
    ...[2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 2 ** 63, most, most - 1, Math.floor(most / 2)],
    ...[bytes.length, bytes.length - 1, bytes.length + 1, random.below(bytes.length + 1), random.below(256)],
    // Types of segments and tags of the dynamic section: one turns into another.
    ...[4, 5, 6, 10, 14, 29, 0x6474e551, 0x6474e553, 0x6ffffef5, 0x6ffffff0, 0x6ffffffc, 0x6ffffffe],
  ]);
}
