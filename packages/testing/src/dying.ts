/** Which calls of an object count: those that answer with a promise, and those that answer piece by piece. */
export interface CountedCalls<T> {
  readonly calls: readonly (keyof T & string)[];
  readonly streams?: readonly (keyof T & string)[];
}

type Call = (...args: unknown[]) => Promise<unknown>;
type Stream = (...args: unknown[]) => AsyncIterable<unknown>;

/**
 * An object whose n-th counted call fails: before it does anything, or, as when an answer is lost, after it has done
 * it. From then on no counted call works, for the process is dead.
 *
 * @param at - counted from 1
 * @returns the object, and how many counted calls there were
 */
export function dyingAt<T extends object>(
  inner: T,
  { calls: promised, streams = [] }: CountedCalls<T>,
  at: number,
  when: 'before' | 'after',
): { readonly dying: T; readonly calls: () => number } {
  let calls = 0;
  const around = async <R>(work: () => Promise<R>): Promise<R> => {
    calls += 1;
    if (calls > at || (calls === at && when === 'before')) throw new Error(`failpoint ${at}`);
    const result = await work();
    if (calls === at) throw new Error(`failpoint ${at}`);
    return result;
  };
  const dying = new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const own = value.bind(target) as unknown;
      if ((promised as readonly string[]).includes(name))
        return (...args: unknown[]) => around(() => (own as Call)(...args));
      if (!(streams as readonly string[]).includes(name)) return own;
      return async function* (...args: unknown[]) {
        await around(() => Promise.resolve());
        yield* (own as Stream)(...args);
      };
    },
  });
  return { dying, calls: () => calls };
}
