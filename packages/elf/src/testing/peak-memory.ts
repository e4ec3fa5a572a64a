import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The most memory that the process had since it was started or the peak was reset, in bytes. Linux counts it by
 * process; `getrusage` of a child begins with the peak of its parent, so that is for other systems only.
 */
export function peakMemory(): number {
  const peak = status('VmHWM');
  return peak ?? process.resourceUsage().maxRSS * 1024;
}

/** Lets the peak begin anew, where the system can (proc(5), `clear_refs`). Gives the memory in use, in bytes. */
export function resetPeakMemory(): number {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return status('VmRSS') ?? peakMemory();
  } catch {
    return peakMemory();
  }
}

function status(field: string): number | undefined {
  try {
    const value = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync('/proc/self/status', 'utf8'),
    )?.[1];
    return value === undefined ? undefined : Number(value) * 1024;
  } catch {
    return undefined;
  }
}
