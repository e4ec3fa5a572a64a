import type { WheelInput } from '@wheelwright/wheel';
import { inspectInputs } from './inspected-files.js';
import { claimPlatform } from './platform-claim.js';

/** What the audit says of the ELF files of a folder together: the platform part of their wheel's tag. */
export async function judgeElfFiles(files: readonly WheelInput[], signal: AbortSignal): Promise<string> {
  const { files: audited } = await inspectInputs(files, signal);
  return claimPlatform(audited, undefined).tag;
}
