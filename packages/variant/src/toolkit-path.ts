import type { ByteSource, ElfFile, Section } from '@wheelwright/elf';
import type { CudaRelease } from './cuda-version.js';
import { sectionBlocks } from './section-blocks.js';

/** A folder of the CUDA toolkit that a library speaks of: `/usr/local/cuda-11.2`. @public */
export interface ToolkitPath {
  readonly release: CudaRelease;
  /** How often. */
  readonly count: number;
}

const prefix = Buffer.from('/usr/local/cuda-');
/** Behind the prefix: up to two digits, a dot, up to two digits, and one more byte that ends the number. */
const tail = 6;
/** Where compilers put `__FILE__` and the folders of sources. Real libraries have some 15 MB of it. */
const searched = {
  names: new Set(['.rodata', '.debug_str', '.debug_line_str']),
  overlap: prefix.length + tail,
  most: 256 << 20,
};

/**
 * Finds the paths of CUDA toolkits among a library's constants and search paths, as headers that assert leave them.
 * They are hints: a path may be of something else that was compiled in. Read block by block, at most 256 MiB.
 */
export async function findToolkitPaths(
  source: ByteSource,
  elf: Pick<ElfFile, 'rpath' | 'runpath'>,
  sections: readonly Section[],
): Promise<readonly ToolkitPath[]> {
  const counts = new Map<string, number>();
  for (const path of [...elf.rpath, ...elf.runpath]) countPaths(Buffer.from(path), path.length, counts);
  for await (const { bytes, own } of sectionBlocks(source, sections, searched))
    countPaths(bytes, own, counts);
  return [...counts]
    .map(([text, count]) => {
      const [major = 0, minor = 0] = text.split('.').map(Number);
      return { release: { major, minor }, count };
    })
    .sort((one, other) => other.count - one.count);
}

function countPaths(bytes: Buffer, own: number, counts: Map<string, number>): void {
  for (let at = bytes.indexOf(prefix); at !== -1 && at < own; at = bytes.indexOf(prefix, at + 1)) {
    const behind = bytes.toString('latin1', at + prefix.length, at + prefix.length + tail);
    const release = /^(\d{1,2}\.\d{1,2})(?!\d)/.exec(behind)?.[1];
    if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  }
}
