import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A folder inside the destination for files on their way: on the same file system, so that a rename is enough. */
export interface Staging {
  readonly path: string;
  /** Leaves it for a later pull, which goes on with what is there. */
  keep(): void;
  /** Takes it away, and the destination too if it was made for this and has nothing else in it. */
  remove(): Promise<void>;
}

const shape = /^\.wheelwright-pull-(\d+)-[0-9a-f-]{36}$/;
/** Folders of pulls of this very process: their process lives, and yet they may be left over. */
const active = new Set<string>();

/**
 * Makes the destination and a staging folder in it, or takes over the one of a pull that died. A rename has one winner:
 * of two pulls that find the same remains, one gets them.
 */
export async function openStaging(destination: string): Promise<Staging> {
  const made = await mkdir(destination, { recursive: true });
  const path = join(destination, `.wheelwright-pull-${process.pid}-${randomUUID()}`);
  active.add(path);
  try {
    if (!(await adopt(destination, path))) await mkdir(path);
  } catch (error) {
    active.delete(path);
    throw error;
  }
  return {
    path,
    keep: () => {
      active.delete(path);
    },
    remove: async () => {
      active.delete(path);
      await rm(path, { recursive: true, force: true });
      if (made !== undefined) await removeEmpty(destination, made);
    },
  };
}

/** Renames the first remains to `path`, and removes the others. */
async function adopt(destination: string, path: string): Promise<boolean> {
  let adopted = false;
  for (const name of await readdir(destination)) {
    const pid = shape.exec(name)?.[1];
    const remains = join(destination, name);
    if (pid === undefined || active.has(remains)) continue;
    if (Number(pid) !== process.pid && isRunning(Number(pid))) continue;
    if (adopted) await rm(remains, { recursive: true, force: true });
    else {
      adopted = await rename(remains, path).then(
        () => true,
        () => false,
      );
    }
  }
  return adopted;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process is running all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes folders that are empty, from the inside out, down to the first that was made. */
async function removeEmpty(folder: string, outermost: string): Promise<void> {
  for (let at = folder; at.length >= outermost.length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}
