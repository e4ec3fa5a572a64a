import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeWheel, SOUND_METADATA, type WheelChange } from '@wheelwright/testing';

/** Compresses well, and is long enough to be told from its neighbours. */
const LIBRARY = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index * index}\n`).join(''));

export const SAMPLE_FILES = [
  { name: 'ops/lib/libops.so', content: LIBRARY, mode: 0o100755 },
  { name: 'ops/größe.txt', content: 'x\n', flags: 0x800 },
  { name: 'ops-1.0.data/scripts/ops-tool', content: '#!python\n', mode: 0o100755 },
];

/** Writes a sound wheel with a library, a program and a name that isn't ASCII; gives its path. */
export async function writeSample(folder: string, change: WheelChange = {}): Promise<string> {
  const { filename, bytes } = madeWheel({
    files: SAMPLE_FILES,
    // `twine check --strict` asks for a description.
    metadata: `${SOUND_METADATA}Description-Content-Type: text/markdown\n\n# Operators\n`,
    entryPoints: '[console_scripts]\nops = ops:main\n',
    ...change,
  });
  const path = join(folder, filename);
  await writeFile(path, bytes);
  return path;
}
