import { readFile } from 'node:fs/promises';

/**
 * How many processes of this machine the kernel has killed for want of memory, a cgroup's limit included (Linux
 * 4.13 and later); undefined where it isn't told.
 */
export async function memoryKills(): Promise<number | undefined> {
  const counters = await readFile('/proc/vmstat', 'utf8').catch(() => '');
  const found = /^oom_kill (\d+)$/m.exec(counters);
  return found === null ? undefined : Number(found[1]);
}
