/**
 * Lines of `name  value` with the values in one column. A value of several lines stays in its column; an empty or
 * absent one is left out.
 */
export function fields(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const filled = rows.filter(
    (row): row is readonly [string, string] => row[1] !== undefined && row[1] !== '',
  );
  const width = Math.max(...filled.map(([name]) => name.length));
  const indent = ' '.repeat(width + 4);
  return filled
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value.replaceAll('\n', `\n${indent}`)}`)
    .join('\n');
}
