/**
 * `npx nx run variant-corpus:slice`: makes `packages/variant/fixtures/*.json.gz`, what the default tests read instead of
 * the published libraries. A slice has the bytes of a library at the places that its variant is read from: headers,
 * dynamic section, section names, names of needed libraries, the beginnings of GPU code, and of the large tables (names,
 * symbols, constants) only what tells. Everything else reads as zeros.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { inspectElf, openFile, readSectionTable } from '../../packages/elf/dist/index.js';
import { readVariantFacts } from '../../packages/variant/dist/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = path.join(root, 'packages/variant/fixtures');
const libraries = {
  'mxnet-1.9.1': 'mxnet/mxnet/libmxnet.so',
  'mxnet-native-1.8.0.post0': 'mxnet_native/mxnet/libmxnet.so',
  'mxnet-cu102-1.9.1': 'mxnet_cu102/mxnet/libmxnet.so',
  'mxnet-cu112-1.9.1': 'mxnet_cu112/mxnet/libmxnet.so',
};
/** Names in the tables, and paths in the constants. */
const names = ['_ZN4dnnl4impl', '_ZN6mkldnn4impl', '_ZN2ps3Van', '\0MXLibInfoFeatures\0'];
const functions = ['\0__cudaRegisterFatBinary\0', '\0cudaRuntimeGetVersion\0'];
const paths = ['/usr/local/cuda-'];
/** Sections that are kept whole. */
const small = new Set(['.dynamic', '.gnu.version_r', '.gnu.version_d', '.shstrtab', '.interp']);
const notes = /^\.note\./;
/** Entries of the dynamic section whose value is the place of a name: DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH. */
const naming = new Set([1n, 14n, 15n, 29n]);
const longestName = 256;
/** Header of a piece of GPU code, and so much of the code as tells who compiled it. */
const gpuRead = 112;
const symbolSize = 24;

/** The places of texts in a range of the file; of each text all, or the first. */
async function find(file, { offset, size }, texts, all) {
  const block = 1 << 20;
  const places = [];
  for (const text of texts) {
    const needle = Buffer.from(text, 'latin1');
    for (let at = 0; at < size && (all || places.at(-1)?.text !== text); at += block) {
      const bytes = Buffer.from(await file.read(offset + at, Math.min(block + needle.length - 1, size - at)));
      for (let hit = bytes.indexOf(needle); hit !== -1; hit = bytes.indexOf(needle, hit + 1)) {
        places.push({ text, offset: offset + at + hit, length: needle.length });
        if (!all) break;
      }
    }
  }
  return places;
}

/** The entries of the symbol table with these names. */
async function symbols(file, { offset, count }, wanted) {
  const found = [];
  const bytes = Buffer.from(await file.read(offset, count * symbolSize));
  for (let index = 0; index < count; index += 1) {
    if (wanted.has(bytes.readUInt32LE(index * symbolSize))) {
      found.push({ offset: offset + index * symbolSize, length: symbolSize });
    }
  }
  return found;
}

/** The words of the hash table that tell how many symbols there are: the bucket of the last chain, and that chain. */
async function lastChain(file, { offset }, { count }) {
  const header = Buffer.from(await file.read(offset, 16));
  const [buckets, first, bloom] = [0, 4, 8].map((at) => header.readUInt32LE(at));
  const start = offset + 16 + bloom * 8;
  const bytes = Buffer.from(await file.read(start, buckets * 4));
  const starts = Array.from({ length: buckets }, (_, index) => bytes.readUInt32LE(index * 4));
  const last = starts.reduce((most, value) => Math.max(most, value), 0);
  const chain = start + buckets * 4 + (last - first) * 4;
  return [
    { offset, length: 16 },
    { offset: start + starts.indexOf(last) * 4, length: 4 },
    { offset: chain, length: (count - last) * 4 },
  ];
}

/** Headers, small tables, and the names that these speak of. */
async function tables(file, sections, strings) {
  const header = Buffer.from(await file.read(0, 64));
  const kept = [
    { offset: 0, length: 64 + header.readUInt16LE(56) * header.readUInt16LE(54) },
    { offset: Number(header.readBigUInt64LE(40)), length: sections.length * 64 },
    ...sections
      .filter(({ name }) => small.has(name) || notes.test(name))
      .map(({ offset, size }) => ({ offset, length: size })),
  ];
  const bytesOf = async (wanted) => {
    const section = sections.find(({ name }) => name === wanted);
    return Buffer.from(section === undefined ? [] : await file.read(section.offset, section.size));
  };
  const places = [];
  const dynamic = await bytesOf('.dynamic');
  for (let at = 0; at + 16 <= dynamic.length; at += 16) {
    if (naming.has(dynamic.readBigUInt64LE(at))) places.push(Number(dynamic.readBigUInt64LE(at + 8)));
  }
  // Which of its words are places of names depends on links: every word that could be one is taken for one.
  for (const table of [await bytesOf('.gnu.version_r'), await bytesOf('.gnu.version_d')]) {
    for (let at = 0; at + 4 <= table.length; at += 4) places.push(table.readUInt32LE(at));
  }
  for (const place of new Set(places)) {
    if (place >= strings.size) continue;
    const bytes = Buffer.from(
      await file.read(strings.offset + place, Math.min(longestName, strings.size - place)),
    );
    kept.push({ offset: strings.offset + place, length: bytes.indexOf(0) + 1 });
  }
  return kept;
}

async function slice(library) {
  const file = await openFile(library);
  const elf = await inspectElf(file);
  const { sections } = await readSectionTable(file);
  const gpu = [];
  const recording = {
    size: file.size,
    read(offset, length) {
      const inside = sections.some(
        ({ name, offset: start, size }) => name === '.nv_fatbin' && offset >= start && offset < start + size,
      );
      if (inside) gpu.push({ offset, length: Math.min(length, gpuRead) });
      return file.read(offset, length);
    },
  };
  await readVariantFacts(recording, elf, 'x');
  const strings = elf.dynamicStringTable;
  const told = await find(file, strings, names, false);
  const runtime = await find(file, strings, functions, false);
  const nameOffsets = new Set(runtime.map(({ offset }) => offset + 1 - strings.offset));
  const constants = sections.find(({ name }) => name === '.rodata');
  const spoken = (await find(file, constants, paths, true)).map((place) => ({
    ...place,
    length: place.length + 8,
  }));
  const kept = [...(await tables(file, sections, strings)), ...gpu, ...told, ...runtime, ...spoken];
  kept.push(...(await symbols(file, elf.dynamicSymbolTable, nameOffsets)));
  const hash = sections.find(({ name }) => name === '.gnu.hash');
  kept.push(...(await lastChain(file, hash, elf.dynamicSymbolTable)));
  const merged = merge(kept);
  const parts = [];
  for (const { offset, length } of merged) {
    parts.push([offset, Buffer.from(await file.read(offset, length)).toString('base64')]);
  }
  const { size } = file;
  await file.close();
  return { size, parts };
}

function merge(extents) {
  const merged = [];
  for (const { offset, length } of extents.toSorted((one, other) => one.offset - other.offset)) {
    const last = merged.at(-1);
    if (last === undefined || offset > last.offset + last.length) merged.push({ offset, length });
    else last.length = Math.max(last.length, offset + length - last.offset);
  }
  return merged;
}

async function digest(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

mkdirSync(fixtures, { recursive: true });
for (const [name, member] of Object.entries(libraries)) {
  const library = path.join(root, 'tmp/variant-corpus', member);
  const content = { library: member, sha256: await digest(library), ...(await slice(library)) };
  const bytes = gzipSync(JSON.stringify(content), { level: 9 });
  writeFileSync(path.join(fixtures, `${name}.json.gz`), bytes);
  console.log(
    `${name}: ${content.parts.length} parts of ${content.size} bytes, ${bytes.length} bytes stored`,
  );
}
