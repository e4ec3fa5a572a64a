import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterAll } from '@jest/globals';

const VERSION_1 = '/sys/fs/cgroup/memory';
const VERSION_2 = '/sys/fs/cgroup';

/**
 * Makes a cgroup of this host with 64 MiB of memory and no swap, and removes it after the tests of a file.
 *
 * @returns the file to which a process writes its number to be in it; undefined where none can be made
 */
export function smallMemoryCgroup(): string | undefined {
  const root = existsSync(VERSION_1) ? VERSION_1 : VERSION_2;
  const folder = `${root}/wheelwright-test-${process.pid}`;
  const limit = root === VERSION_1 ? 'memory.limit_in_bytes' : 'memory.max';
  try {
    mkdirSync(folder);
    afterAll(() => {
      rmdirSync(folder);
    });
    writeFileSync(`${folder}/${limit}`, String(64 * 1024 * 1024));
    return `${folder}/cgroup.procs`;
  } catch {
    return undefined;
  }
}
