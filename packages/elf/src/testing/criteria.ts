import {
  dynamicStringsContain,
  ElfError,
  exportedNames,
  inspectElf,
  readSectionTable,
  type ByteSource,
} from '../index.js';
import { peakMemory, resetPeakMemory } from './peak-memory.js';

const MiB = 1 << 20;
/** What reading any file may take. */
export const LIMITS = { bytes: 64 * MiB, milliseconds: 1000 } as const;

/** How reading a file went: what it said, for telling new behaviour from known, and what it did that it must not do. */
export interface Outcome {
  readonly signature: string;
  readonly offence: string | undefined;
}

/**
 * Reads all that can be read of a file and watches it: no error but ElfError, no read beyond the end, no more than
 * 64 MiB of memory, not longer than a second.
 */
export async function judge(bytes: Uint8Array): Promise<Outcome> {
  const watch = new Watch(bytes);
  const start = performance.now();
  const signature: string[] = [];
  for (const question of QUESTIONS) {
    try {
      signature.push(await question(watch));
    } catch (error) {
      if (!(error instanceof ElfError)) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { signature: 'threw', offence: `threw what is no ElfError: ${text}` };
      }
      signature.push(`${error.code} ${error.structure ?? ''} ${error.message.replace(/[\da-f]+/g, '#')}`);
      if (error.code === 'short-read' || error.structure === undefined || error.expected === undefined) {
        return { signature: 'threw', offence: `threw an error that says too little: ${error.message}` };
      }
    }
  }
  watch.end();
  const milliseconds = performance.now() - start;
  const offence =
    watch.offence ?? (milliseconds > LIMITS.milliseconds ? `took ${milliseconds.toFixed(0)} ms` : undefined);
  return { signature: signature.join('\n'), offence };
}

/** Everything that the package can be asked about a file. */
const QUESTIONS: readonly ((source: ByteSource) => Promise<string>)[] = [
  async (source) => {
    const elf = await inspectElf(source);
    const lists = [
      elf.needed,
      elf.imports,
      elf.versionDefinitions,
      elf.pythonInit,
      elf.dynamicFlags,
      elf.features,
    ];
    return [elf.machine, elf.type, elf.hasDynamic, ...lists.map(({ length }) => magnitude(length))].join();
  },
  async (source) => {
    const { sections, stripped } = await readSectionTable(source);
    return `${magnitude(sections.length)} ${stripped}`;
  },
  async (source) => {
    const elf = await inspectElf(source);
    const found = await dynamicStringsContain(source, elf, ['GLIBC', 'absent']);
    let names = 0;
    for await (const name of exportedNames(source, elf)) names += Math.sign(name.length);
    return `${found.size} ${magnitude(names)}`;
  },
];

function magnitude(count: number): number {
  return 32 - Math.clz32(count);
}

/**
 * A source over bytes that are at hand, which sees each read. Memory is what is alive at a read and wasn't before, heap
 * and array buffers, whether touched or not; and by how much the process' peak rose above what it had.
 */
class Watch implements ByteSource {
  readonly size: number;
  offence: string | undefined;
  readonly #bytes: Uint8Array;
  readonly #before = { used: usedMemory(), resident: resetPeakMemory() };

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    if (
      !Number.isInteger(offset) ||
      !Number.isInteger(length) ||
      offset < 0 ||
      length < 0 ||
      offset + length > this.size
    ) {
      this.offence ??= `asked for ${length} bytes at ${offset} of ${this.size}`;
    }
    this.#expectLittle(usedMemory() - this.#before.used);
    return Promise.resolve(this.#bytes.slice(offset, offset + length));
  }

  /** Says that all was read. */
  end(): void {
    this.#expectLittle(usedMemory() - this.#before.used);
    this.#expectLittle(peakMemory() - this.#before.resident);
  }

  #expectLittle(memory: number): void {
    if (memory > LIMITS.bytes) this.offence ??= `took ${Math.round(memory / MiB)} MiB of memory`;
  }
}

function usedMemory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
