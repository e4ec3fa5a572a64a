import { constants } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { openFile } from '../byte-source.js';
import type { ElfChanges } from './changes.js';
import type { PatchPlan } from './patch-plan.js';
import { patchedSource } from './patched-source.js';
import { planPatch } from './plan.js';
import { checkPatched } from './soundness.js';
import { inspectElf } from '../inspect.js';

/** How a file is patched. */
export interface PatchOptions {
  /** Only plan and check. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

const BLOCK = 1 << 20;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Patches a file into another one, which may be the same path: it's written beside its destination, synced and
 * renamed, so that the destination is what it was or whole. Nothing is written before the patched file, read through
 * its plan, has passed all checks.
 *
 * @returns the plan that was carried out; without any change the output is a copy
 * @throws `ElfError` `unpatchable` or `unsound`; errors of the operating system pass through
 * @public
 */
export async function patchFile(
  input: string,
  output: string,
  changes: ElfChanges,
  { dryRun = false, signal }: PatchOptions = {},
): Promise<PatchPlan> {
  const file = await openFile(input);
  try {
    const plan = await planPatch(file, changes);
    const patched = patchedSource(file, plan);
    await checkPatched(file, patched);
    await inspectElf(patched);
    if (!dryRun) {
      const { mode } = await stat(input);
      await writeWhole(output, plan, patched, mode, signal);
    }
    return plan;
  } finally {
    await file.close();
  }
}

/** Writes all of a block: one call to the system may take less. */
async function writeAt(file: FileHandle, block: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < block.length; ) {
    const { bytesWritten } = await file.write(block, done, block.length - done, position + done);
    done += bytesWritten;
  }
}

async function writeWhole(
  path: string,
  plan: PatchPlan,
  patched: ReturnType<typeof patchedSource>,
  mode: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const beside = `${path}.${process.pid}.patching`;
  const file = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode & 0o7777);
  try {
    try {
      // What lies between the kept bytes and the segment is a hole: nothing is written there.
      const ranges = [[0, plan.keep], plan.segment === undefined ? [0, 0] : [plan.segment.offset, plan.size]];
      for (const [start = 0, end = 0] of ranges) {
        for (let at = start; at < end; at += BLOCK) {
          signal?.throwIfAborted();
          const block = await patched.read(at, Math.min(BLOCK, end - at));
          // A file of debug information may be mostly holes: they stay holes.
          if (!ZEROS.subarray(0, block.length).equals(block)) await writeAt(file, block, at);
        }
      }
      await file.truncate(plan.size);
      await file.chmod(mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
