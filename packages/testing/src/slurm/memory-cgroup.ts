import { existsSync, mkdirSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Requirement } from '../requirement.js';

/** Where version 1 of the kernel's interface has it. */
const MEMORY = '/sys/fs/cgroup/memory';

/** What a test needs in which a job is held to its memory. */
export const slurmMemoryRequirement = {
  met: process.getuid?.() === 0 && existsSync(join(MEMORY, 'cgroup.procs')),
  reason: 'nodes that hold jobs to their memory take root and cgroups of version 1',
} satisfies Requirement;

/** The part of the kernel's cgroups that belongs to one cluster. */
export class MemoryCgroup {
  /** For `CgroupMountpoint`. */
  readonly mountPoint: string;
  readonly #own: string;

  /** @param folder - the cluster's; its name is unique on this machine */
  constructor(folder: string) {
    this.mountPoint = join(folder, 'cgroup');
    this.#own = join(MEMORY, basename(folder));
    mkdirSync(this.#own);
    mkdirSync(this.mountPoint);
    symlinkSync(this.#own, join(this.mountPoint, 'memory'));
  }

  /** Removes it; what was killed a moment ago is in it for a while. */
  async remove(): Promise<void> {
    for (let tries = 0; tries < 50; tries += 1) {
      try {
        removeTree(this.#own);
        return;
      } catch {
        await delay(100);
      }
    }
  }
}

/** The kernel's files in it can't be removed, and go with their folder. */
function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}
