import { readdirSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, oracle, repositoryRoot, temporaryFolder } from '@wheelwright/testing';
import { ElfError } from './index.js';
import { compareSymbols, compareWithReadelf } from './testing/compare.js';
import { extractElfFiles } from './testing/extract.js';
import { measure } from './testing/measure.js';

const folder = await temporaryFolder('elf-corpus');
const corpus = join(process.env['CORPUS_DIR'] ?? join(repositoryRoot, '../shared/corpus'), 'wheels');
/** `nx run elf:corpus` names the folder of the published wheels, which `nx run corpus:download` fills. */
const published = process.env['PUBLISHED_WHEELS'];
/** Readelf's list of the symbols of larger files is too much to hold; their tables are compared like any other's. */
const MOST_BYTES = 64 << 20;

/** What is wrong with these files, on purpose; readelf stumbles over them as well. */
const BROKEN: Readonly<Record<string, ElfError['code']>> = {
  'q36truncated-1.0-cp311-cp311-linux_x86_64.whl': 'truncated',
  'q37magiconly-1.0-cp311-cp311-linux_x86_64.whl': 'truncated',
};

function wheelsIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.whl'))
      .sort();
  } catch {
    return [];
  }
}

async function compareWheel(path: string, name: string): Promise<number> {
  const output = join(folder, name);
  await mkdir(output, { recursive: true });
  const files = await extractElfFiles(join(path, name), output);
  try {
    for (const { member, path: file } of files) {
      const outcome = await compareFile(file).catch((error: unknown) => {
        throw new Error(`${member} differs: ${String(error)}`, { cause: error });
      });
      if (outcome instanceof ElfError) expect([member, outcome.code]).toEqual([member, BROKEN[name]]);
    }
    return files.length;
  } finally {
    await rm(output, { recursive: true });
  }
}

async function compareFile(path: string): Promise<ElfError | undefined> {
  try {
    const file = await compareWithReadelf(path);
    if ((await stat(path)).size <= MOST_BYTES) await compareSymbols(path, file);
    return undefined;
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    const { stderr } = await oracle('/usr/bin/env', ['readelf', '-aW', path]);
    expect(stderr).toMatch(/readelf: (?:Error|Warning)/);
    return error;
  }
}

function compareAll(path: string, wheels: readonly string[], name: string, missing: string): void {
  const needed = [{ program: 'readelf' }, { program: 'python3' }];
  describeIf([...needed, { met: wheels.length > 0, reason: missing }], name, () => {
    let compared = 0;
    it.each(wheels)('%s', async (wheel) => {
      compared += await compareWheel(path, wheel);
    });
    it('are at least one for each two wheels', () => {
      expect(compared).toBeGreaterThan(wheels.length / 2);
    });
  });
}

if (published === undefined) {
  const probes = join(repositoryRoot, 'packages/audit/fixtures');
  compareAll(probes, wheelsIn(probes), 'ELF files of the probes', 'the probes are missing');
  const others = wheelsIn(corpus).filter((name) => !wheelsIn(probes).includes(name));
  const missing = `there are no wheels in ${corpus}; CORPUS_DIR says where they are`;
  compareAll(corpus, others, 'ELF files of the corpus', missing);
} else {
  const path = join(repositoryRoot, published);
  const missing = 'nx run corpus:download brings the published wheels';
  compareAll(path, wheelsIn(path), 'ELF files of the published wheels', missing);

  const largest = wheelsIn(path).find((name) => name.startsWith('mxnet_cu102-'));
  describeIf([{ met: largest !== undefined, reason: missing }], "MXNet's CUDA library of 740 MB", () => {
    it('is read with less than 16 MB of reads and 40 MB of memory', async () => {
      const output = join(folder, 'largest');
      await mkdir(output);
      const files = await extractElfFiles(join(path, largest ?? ''), output);
      const library = files.find(({ member }) => member.endsWith('/libmxnet.so'));
      const { size, imports, bytes, reads, memory } = await measure(library?.path ?? '');
      expect(size).toBeGreaterThan(700e6);
      expect(imports).toBeGreaterThan(500);
      expect(reads).toBeLessThan(64);
      expect(bytes).toBeLessThan(16e6);
      expect(memory).toBeLessThan(40e6);
      console.log(`${reads} reads, ${bytes / 1e6} MB; ${memory / 1e6} MB of memory above Node's own`);
      await rm(output, { recursive: true });
    });
  });
}
