/**
 * Runs an act for each item, so many of them side by side, and gives the results in the order of the items. After a
 * failure no further one is begun; when those under way have ended, the first failure in that order is thrown.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  count: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures = new Map<number, unknown>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.size === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await act(items[index] as T);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  const [first] = [...failures].toSorted(([one], [other]) => one - other);
  if (first !== undefined) throw first[1];
  return results;
}
