import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { rewriteWheel, type WheelInput, type WriteOptions, type WrittenWheel } from '@wheelwright/wheel';
import { writeDebugArchive } from './debug-archive.js';
import { distInfoInputs } from './dist-info.js';
import { RepairError } from './error.js';
import { findPlan } from './find-plan.js';
import type { RepairPlan } from './plan/repair-plan.js';
import { scriptShim } from './plan/script-shim.js';
import { Preparation } from './prepare.js';
import type { RepairOptions, RepairResult } from './repair-options.js';
import type { SbomEntry } from './sbom.js';
import { openWheelFacts, type OpenedWheel } from './wheel-facts.js';

/**
 * Repairs a wheel: brings along the external libraries that the policy doesn't promise, renamed and patched, and gives
 * the wheel the tags that it then meets. All decisions come before the first byte is written; the repaired wheel is
 * there as a whole or not at all, and the same on every run over the same libraries.
 *
 * @param path - the wheel; it stays as it is, unless the repaired one has its name and folder
 * @throws {@link RepairError} for whatever keeps it from being repaired; WheelError, ElfError for what can't be read
 * @public
 */
export async function repairWheel(path: string, options: RepairOptions): Promise<RepairResult> {
  const { signal, onStep, dryRun = false } = options;
  onStep?.(`inspecting ${basename(path)}`);
  const wheel = await openWheelFacts(path, signal);
  try {
    if (wheel.files.length === 0)
      return { kind: 'pure', written: dryRun ? undefined : await copied(path, options) };
    onStep?.('looking for libraries');
    const { plan, unusedExcludes, owners } = await findPlan(wheel, options);
    // Under the name that a library was found by, or else under its own.
    const grafted = plan.grafts.map((graft) => ({
      graft,
      owner: owners.get(graft.from) ?? owners.get(graft.found),
    }));
    const done = dryRun ? undefined : await carryOut(path, wheel, plan, grafted, options);
    return {
      kind: 'repaired',
      plan,
      grafted,
      unusedExcludes,
      written: done?.written,
      debugArchive: done?.debugArchive,
    };
  } finally {
    await wheel.close();
  }
}

function copied(path: string, options: RepairOptions): Promise<WrittenWheel> {
  return rewriteWheel(path, options.out, { filename: basename(path), members: [] }, writeOptions(options));
}

async function carryOut(
  path: string,
  wheel: OpenedWheel,
  plan: RepairPlan,
  grafted: readonly SbomEntry[],
  options: RepairOptions,
): Promise<{ readonly written: WrittenWheel; readonly debugArchive: string | undefined }> {
  const { strip = 'none', splitDebug = false, signal, onStep } = options;
  const folder = await mkdtemp(join(tmpdir(), 'wheelwright-repair-')).catch((error: unknown) => {
    throw new RepairError('bad-request', `no folder for temporary files can be made in ${tmpdir()}`, {
      hint: 'TMPDIR names one that is there and can be written',
      cause: error,
    });
  });
  const preparation = new Preparation(folder, { strip, splitDebug, signal });
  try {
    onStep?.('patching');
    const inputs = [
      ...(await patchedMembers(wheel, plan, preparation, strip !== 'none')),
      ...(await graftedLibraries(plan, preparation)),
      ...(await distInfoInputs(wheel, plan, grafted, options.tool)),
    ];
    onStep?.(`writing ${plan.fileName}`);
    const signatures = ['RECORD.jws', 'RECORD.p7s'].map((name) => `${wheel.distInfo}/${name}`);
    const change = {
      filename: plan.fileName,
      members: inputs,
      // They sign a RECORD that this one no longer is (PEP 815).
      removed: signatures.filter((name) => wheel.members.has(name)),
    };
    const written = await rewriteWheel(path, options.out, change, writeOptions(options));
    const debugArchive =
      preparation.debugFiles.length === 0
        ? undefined
        : join(options.out, plan.fileName.replace(/\.whl$/, '.debug.zip'));
    if (debugArchive !== undefined) await writeDebugArchive(debugArchive, preparation.debugFiles, signal);
    return { written, debugArchive };
  } finally {
    await preparation.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The wheel's own files that change: all of them where they are stripped. */
async function patchedMembers(
  { members, files }: OpenedWheel,
  plan: RepairPlan,
  preparation: Preparation,
  all: boolean,
): Promise<WheelInput[]> {
  const planned = new Map(plan.members.map((member) => [member.member, member]));
  const inputs: WheelInput[] = [];
  for (const { path, elf } of files) {
    const patch = planned.get(path) ?? { to: path, changes: {}, expected: elf };
    const member = members.get(path);
    if (member === undefined || (!all && !planned.has(path))) continue;
    const executable = (member.mode & 0o111) !== 0;
    const { to, changes, expected } = patch;
    const input = await preparation.patch(await preparation.extract(member), {
      to,
      executable,
      changes,
      expected,
    });
    if (to === path) inputs.push(input);
    else {
      inputs.push({ ...input, executable: true });
      inputs.push({ name: path, executable: true, content: Buffer.from(scriptShim(to)) });
    }
  }
  return inputs;
}

async function graftedLibraries({ grafts }: RepairPlan, preparation: Preparation): Promise<WheelInput[]> {
  const inputs: WheelInput[] = [];
  for (const { member, from, changes, expected } of grafts)
    inputs.push(await preparation.patch(from, { to: member, executable: true, changes, expected }));
  return inputs;
}

/** Up to a quarter less time than the usual 6, for 0.1 to 0.5 % more bytes (docs/decisions/0025-what-a-repair-compresses.md). */
const LEVEL = 5;

function writeOptions({ signal, sourceDateEpoch, onProgress, level = LEVEL }: RepairOptions): WriteOptions {
  return {
    level,
    ...(signal === undefined ? {} : { signal }),
    ...(sourceDateEpoch === undefined ? {} : { sourceDateEpoch }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}
