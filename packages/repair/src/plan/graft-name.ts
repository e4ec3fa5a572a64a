/**
 * The name of a grafted library: the first eight digits of its sha256 stand before its first dot, so that no other
 * library of the process has the same name (`libfoo.so.1` becomes `libfoo-0123abcd.so.1`). A name that ends so already
 * stays.
 *
 * @param sha256 - of the library as it was found, in hexadecimal
 */
export function graftName(fileName: string, sha256: string): string {
  const mark = `-${sha256.slice(0, 8)}`;
  const dot = fileName.indexOf('.');
  const [stem, suffix] = dot === -1 ? [fileName, ''] : [fileName.slice(0, dot), fileName.slice(dot)];
  return stem.endsWith(mark) ? fileName : `${stem}${mark}${suffix}`;
}
