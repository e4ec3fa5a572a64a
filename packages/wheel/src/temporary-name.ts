import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemCode } from './error.js';

/** Tells this machine's files from another's in a folder that both share. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const PATTERN = /^\.wheelwright-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp$/;
/** What is older belongs to nobody any more, whichever machine made it: no wheel takes a day. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

/** A name beside the destination for what isn't whole yet. It says who is writing: machine and process. */
export function temporaryName(folder: string): string {
  return join(folder, `.wheelwright-${HOST}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`);
}

/**
 * Removes what runs that were killed left in a folder: files and folders under temporary names whose process is
 * gone, or which are older than a day. Never fails: what can't be removed now is left to the next run.
 */
export async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.all(
    names.map(async (name) => {
      const [, host, pid] = PATTERN.exec(name) ?? [];
      if (host === undefined || pid === undefined) return;
      const path = join(folder, name);
      const abandoned = host === HOST ? !isRunning(Number(pid)) : false;
      if (abandoned || (await ageOf(path)) > FORGOTTEN_MS)
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }),
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but for somebody else.
    return systemCode(error) !== 'ESRCH';
  }
}

async function ageOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs;
}
