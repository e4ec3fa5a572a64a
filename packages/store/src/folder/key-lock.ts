import { createHash, randomUUID } from 'node:crypto';
import { link, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from '../error.js';
import type { CallOptions } from '../store.js';
import { systemCode } from './system-error.js';

/** A holder touches its lock five times in this time; a lock older than it was left by a killed process. */
const staleAfter = 10_000;

/** How long to wait for a lock, and how old one must be to be taken for abandoned; both in milliseconds. */
export interface LockOptions extends CallOptions {
  readonly patience?: number | undefined;
}

/** A lock that is held. */
export interface KeyLock {
  /** Throws `busy` if the lock was lost, which happens to a process that was stopped for many seconds. */
  confirm(): Promise<void>;
}

/**
 * Runs `work` while no other process changes the object of this key.
 *
 * The lock is a hard link `locks/<hash of the key>` to a file of the holder's own: link(2) has one winner, and the
 * inode says whose lock it is. Ages are compared between files of the same file system, so clocks of several
 * machines don't matter. Whoever finds an abandoned lock renames it away, which again has one winner.
 * @param folder - where locks lie; it exists
 * @throws StoreError `busy` when another one holds it for longer than `patience`
 */
export async function withKeyLock<T>(
  folder: string,
  key: string,
  { signal, patience = 30_000 }: LockOptions,
  work: (lock: KeyLock) => Promise<T>,
): Promise<T> {
  const lock = join(folder, createHash('sha256').update(key).digest('hex'));
  const own = join(folder, `${process.pid}-${randomUUID()}.tmp`);
  await writeFile(own, key, { flag: 'wx' });
  try {
    await acquire(lock, own, { key, patience, signal });
    // Writing through the own name gives the lock, which is the same file, a new time.
    const heartbeat = setInterval(() => void touch(own, key).catch(() => undefined), staleAfter / 5);
    try {
      return await work({ confirm: () => confirm(lock, own, key) });
    } finally {
      clearInterval(heartbeat);
      if (await isSameFile(lock, own)) await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

interface Attempt extends CallOptions {
  readonly key: string;
  readonly patience: number;
}

async function acquire(lock: string, own: string, { key, patience, signal }: Attempt): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    signal?.throwIfAborted();
    if (await tryLink(own, lock)) return;
    await touch(own, key);
    await removeAbandoned(lock, own);
    if (performance.now() > deadline) throw busy(key, `is being changed by another process (${lock})`);
    await delay(2 + Math.random() * 20);
  }
}

/** A new time by the file system's own clock; `r+` never brings back a file that was removed meanwhile. */
async function touch(own: string, key: string): Promise<void> {
  await writeFile(own, key, { flag: 'r+' });
}

async function tryLink(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(lock: string, own: string): Promise<void> {
  const [theirs, ours] = await Promise.all([identify(lock), identify(own)]);
  if (theirs === undefined || ours === undefined || ours.mtimeMs - theirs.mtimeMs < staleAfter) return;
  const aside = `${own}.abandoned`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  // Between the look and the rename another one may have cleared the lock and taken it: then it gets it back.
  const taken = await identify(aside);
  if (taken?.ino !== theirs.ino) await tryLink(aside, lock);
  await rm(aside, { force: true });
}

async function confirm(lock: string, own: string, key: string): Promise<void> {
  if (!(await isSameFile(lock, own))) throw busy(key, 'was taken over by another process');
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([identify(one), identify(other)]);
  return first !== undefined && first.ino === second?.ino;
}

async function identify(path: string): Promise<{ ino: bigint; mtimeMs: number } | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return { ino: stats.ino, mtimeMs: Number(stats.mtimeMs) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function busy(key: string, complaint: string): StoreError {
  return new StoreError('busy', `The object ${JSON.stringify(key)} ${complaint}.`, {
    key,
    hint: 'Try again.',
  });
}
