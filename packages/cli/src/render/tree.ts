import type { LoadTree } from '@wheelwright/audit';
import type { Style } from '../terminal/style.js';

/** The libraries under what needs them, each with where it is and what led there; what was told already only by name. */
export function describeTree(tree: LoadTree, style: Style): string {
  const libraries = new Map(tree.libraries.map((library) => [library.name, library]));
  const told = new Set<string>();
  const lines: string[] = [];
  const tell = (names: readonly string[], indent: string): void => {
    for (const name of names) {
      const library = libraries.get(name);
      const place =
        library?.path == null
          ? style.red('not found')
          : `${library.path} ${style.dim(`(${library.foundBy ?? ''})`)}`;
      const isNew = library !== undefined && !told.has(name);
      lines.push(isNew ? `${indent}${name} => ${place}` : `${indent}${style.dim(name)}`);
      if (!isNew) continue;
      told.add(name);
      tell(library.needed, `${indent}  `);
    }
  };
  if (tree.interpreter !== null) tell([...libraries.keys()].slice(0, 1), '    ');
  tell(tree.needed, '    ');
  return lines.length === 0 ? '' : ['  loads', ...lines].join('\n');
}
