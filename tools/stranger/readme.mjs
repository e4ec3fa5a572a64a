/** The first program of a package's README: what a stranger copies before reading on. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The words by which READMEs name a program that Node runs. */
const languages = new Set(['js', 'ts']);

/**
 * @param {string} folder a package
 * @returns {Promise<string | undefined>} the text of the README's first code block, where that is a program
 */
export async function firstProgram(folder) {
  const readme = await readFile(path.join(folder, 'README.md'), 'utf8');
  const block = /^```([a-z]*)\n([\s\S]*?)^```$/m.exec(readme);
  return block !== null && languages.has(block[1]) ? block[2] : undefined;
}
