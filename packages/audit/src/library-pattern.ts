/**
 * A predicate over library names from shell patterns (`*`, `?`, `[...]`), as `--exclude` takes them: a name that any
 * of them matches as a whole.
 *
 * @public
 */
export function libraryPattern(patterns: readonly string[]): (library: string) => boolean {
  const matchers = patterns.map(matcher);
  return (library) => matchers.some((matches) => matches(library));
}

function matcher(pattern: string): (library: string) => boolean {
  try {
    const expression = new RegExp(`^${translate(pattern)}$`, 's');
    return (library) => expression.test(library);
  } catch {
    // A set that runs backwards, such as [z-a], has no member.
    return () => false;
  }
}

/** The regular expression of a shell pattern, as Python's fnmatch reads it: an unclosed `[` is itself. */
function translate(pattern: string): string {
  return pattern.replaceAll(/\*+|\?|\[([!^]?)(\]?[^\]]*)\]|[^*?[]|\[/g, (token, not: string, set: string) => {
    if (token.startsWith('*')) return '.*';
    if (token === '?') return '.';
    if (token.length > 1 && token.startsWith('['))
      return `[${not === '!' ? '^' : not === '^' ? '\\^' : ''}${set.replaceAll(/[\\\]^]/g, '\\$&')}]`;
    return token.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  });
}
