import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from './error.js';

/** The holder touches its lock this often ... */
const HEARTBEAT = 10_000;
/** ... and one that wasn't touched for this long has lost its holder. */
const STALE = 60_000;
const POLL = 150;

interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

/**
 * Runs `body` while nobody else who uses the same lock file does, on this host or on another one that shares the
 * folder. A lock whose holder died is taken over: at once on the same host, after a minute from elsewhere.
 *
 * @param onWait - called once if the lock is held by someone else
 */
export async function withLock<T>(
  path: string,
  body: () => Promise<T>,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: () => void } = {},
): Promise<T> {
  const holder: Holder = { host: hostname(), pid: process.pid, token: randomUUID() };
  await mkdir(dirname(path), { recursive: true });
  let waited = false;
  while (!(await claim(path, holder))) {
    if (await removeAbandoned(path)) continue;
    if (!waited) onWait?.();
    waited = true;
    await sleep(POLL, undefined, signal === undefined ? {} : { signal });
  }
  const heartbeat = setInterval(() => {
    // A beat that fails is made up for by the next.
    utimes(path, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT).unref();
  try {
    return await body();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.token === holder.token) await rm(path, { force: true });
  }
}

/** Creates the lock with its content in one step: nobody ever reads an empty one. */
async function claim(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`;
  await writeFile(draft, JSON.stringify(holder), { flag: 'w' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/**
 * Removes the lock of a dead holder, behind a guard: without it, two who saw the same dead holder could remove
 * each other's new lock.
 */
async function removeAbandoned(path: string): Promise<boolean> {
  if (!(await isAbandoned(path))) return false;
  const guard = `${path}.takeover`;
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    // Whoever held the guard died within these few lines, or is about to let go of it.
    if (await isOlderThan(guard, STALE)) await rm(guard, { force: true });
    return false;
  }
  try {
    if (!(await isAbandoned(path))) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  return isOlderThan(path, STALE);
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null;
    const { host, pid, token } = holder ?? {};
    if (host === undefined || token === undefined || pid === undefined || !Number.isInteger(pid))
      return undefined;
    return { host, pid, token };
  } catch {
    // Gone meanwhile, or not ours: its age decides.
    return undefined;
  }
}

async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > milliseconds;
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
