import type * as fs from 'node:fs/promises';

type FileSystem = typeof fs;
type Handle = fs.FileHandle;
type Call = (...args: unknown[]) => Promise<unknown>;

/** What changes something on the disk; what only looks goes on, for it has no effect. */
const changing = new Set([
  'chmod',
  'link',
  'mkdir',
  'mkdtemp',
  'rename',
  'rm',
  'rmdir',
  'unlink',
  'writeFile',
]);
const changingOfHandle = new Set(['datasync', 'sync', 'truncate', 'write', 'writeFile', 'writev']);

/** A file system that dies on request. */
export interface DyingFileSystem {
  /** What stands for `node:fs/promises`. */
  readonly module: FileSystem;
  /**
   * From now on the n-th call that changes something fails, counted from 1: before it does anything, or after it has
   * done it, as when the process is killed. From then on no such call does anything, those that would clean up included.
   */
  arm(at: number, when: 'before' | 'after'): void;
  /** Brings it back to life. @returns how many calls there were since it was armed */
  disarm(): number;
}

/**
 * Stands for `node:fs/promises` in tests of what a killed process leaves (`jest.unstable_mockModule`). Opening a file to
 * write it counts, too; closing one always works, as it does when a process ends.
 */
export function dyingFileSystem(real: FileSystem): DyingFileSystem {
  let armed: { readonly at: number; readonly when: 'before' | 'after' } | undefined;
  let calls = 0;
  const around = async <R>(work: () => Promise<R>): Promise<R> => {
    if (armed === undefined) return work();
    const { at, when } = armed;
    calls += 1;
    if (calls > at || (calls === at && when === 'before')) throw new Error(`failpoint ${at}`);
    const mine = calls;
    const result = await work();
    if (mine === at) throw new Error(`failpoint ${at}`);
    return result;
  };
  const dying = (handle: Handle): Handle =>
    new Proxy(handle, {
      get: (inner, name) => {
        const value: unknown = Reflect.get(inner, name, inner);
        if (typeof value !== 'function') return value;
        const own = (value as Call).bind(inner);
        return changingOfHandle.has(String(name)) ? (...args: unknown[]) => around(() => own(...args)) : own;
      },
    });
  const open = async (...args: Parameters<FileSystem['open']>): Promise<Handle> => {
    const [, flags] = args;
    const creates = typeof flags === 'string' ? /[wax]/.test(flags) : ((flags ?? 0) & 0o100) !== 0;
    if (!creates) return dying(await real.open(...args));
    let opened: Handle | undefined;
    try {
      return dying(await around(async () => (opened = await real.open(...args))));
    } catch (error) {
      await opened?.close();
      throw error;
    }
  };
  return {
    module: { ...real, ...changingCalls(real, around), open },
    arm: (at, when) => {
      armed = { at, when };
      calls = 0;
    },
    disarm: () => {
      armed = undefined;
      return calls;
    },
  };
}

function changingCalls(
  real: FileSystem,
  around: <R>(work: () => Promise<R>) => Promise<R>,
): Partial<FileSystem> {
  const calls = Object.entries(real).filter(([name]) => changing.has(name)) as [string, Call][];
  return Object.fromEntries(
    calls.map(([name, call]) => [name, (...args: unknown[]) => around(() => call(...args))]),
  );
}
