import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Requirement } from '@wheelwright/testing';

/**
 * A real disk of 2 MB, which is gone after the tests of a file. Only root may mount one, and not in every container.
 *
 * @returns its folder; undefined where there is none
 */
export function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'wheelwright-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  afterAll(() => {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** What a test needs to have such a disk. */
export function mounted(disk: string | undefined): Requirement {
  return { met: disk !== undefined, reason: 'a small disk can only be mounted by root' };
}
