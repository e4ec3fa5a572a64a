import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from './tool.js';

/**
 * Compiles C code to the shared library `folder/NAME.so` with the machine's gcc and returns its path; for tests
 * that want a file which a real linker laid out, below `describeIf([{ program: 'gcc' }], ...)`.
 */
export async function compileLibrary(
  folder: string,
  name: string,
  code: string,
  flags: readonly string[] = [],
): Promise<string> {
  const source = join(folder, `${name}.c`);
  const library = join(folder, `${name}.so`);
  await writeFile(source, code);
  await tool('gcc', ['-shared', '-fPIC', '-o', library, source, ...flags]);
  return library;
}
