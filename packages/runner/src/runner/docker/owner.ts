import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Every container of ours has it; its value says whose it is: `HOST:PID:START`. */
export const LABEL = 'wheelwright.owner';

/** Who asks for a container. */
export interface Owner {
  readonly label: string;
  readonly uid: number;
  readonly gid: number;
}

/** This process, as the owner of a container. */
export function thisOwner({ pid, getuid, getgid }: NodeJS.Process = process): Owner {
  const label = `${hostname()}:${pid}:${startOf(pid) ?? ''}`;
  return { label, uid: getuid?.() ?? 0, gid: getgid?.() ?? 0 };
}

/** Whether an owner is a process of this host that runs no more. Of other hosts nothing is known. */
export function hasDied(label: string): boolean {
  const [host, pid = '', start = ''] = label.split(':');
  if (host !== hostname() || !/^[1-9]\d*$/.test(pid)) return false;
  if (!isAlive(Number(pid))) return true;
  // Another process may have got its number since.
  const now = startOf(Number(pid));
  return start !== '' && now !== undefined && now !== start;
}

/** When a process began, in ticks since the machine did: field 22 of proc(5)'s `stat`. Known on Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it's there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
