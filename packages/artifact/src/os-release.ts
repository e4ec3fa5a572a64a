/**
 * Reads an os-release file (os-release(5)): assignments as a shell would take them, without expansion. Lines that are
 * none are passed over, and of two assignments the later counts, as in a shell.
 * @param text - the content of /etc/os-release
 * @public
 */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || raw === undefined) continue;
    const value = unquote(raw.trim());
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** In double quotes the shell's escapes hold, in single quotes none; `undefined` for quotes that don't match. */
function unquote(raw: string): string | undefined {
  const single = /^'([^']*)'$/.exec(raw);
  if (single !== null) return single[1];
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(raw);
  if (double !== null) return double[1]?.replace(/\\(["$`\\])/g, '$1');
  return /["']/.test(raw) ? undefined : raw.replace(/\\(.)/g, '$1');
}
