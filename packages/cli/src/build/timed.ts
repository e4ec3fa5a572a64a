/** Runs an action and says how many seconds it took, to the millisecond. */
export async function timed<T>(
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await action();
  return { result, seconds: Math.round(performance.now() - start) / 1000 };
}
