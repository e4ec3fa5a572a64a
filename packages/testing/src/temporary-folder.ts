import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/**
 * Makes a folder for the tests of one file and removes it after them.
 * Returns its real path (without symbolic links, so that paths compare).
 */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `wheelwright-${name}-`)));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
