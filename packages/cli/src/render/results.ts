/** One result is the JSON document itself; several stand in `results` (docs/architecture.md, `--json`). */
export function documentOf(schema: string, results: readonly object[]): object {
  const [only] = results;
  return results.length === 1 && only !== undefined ? { schema, ...only } : { schema, results };
}
