import { describeExternal, type FoundIdentity, type WordOrigin } from '../identify/find-identity.js';
import type { Style } from '../terminal/style.js';
import { fields } from './fields.js';
import { evidenceTable, variantDocument } from './variant-document.js';

const words = ['commit', 'branch', 'os', 'variant', 'linking', 'python'] as const;

/** The JSON fields of `identify`: `id` as artifacts have it, with null for what isn't known. */
export function identityDocument(path: string | undefined, identity: FoundIdentity): object {
  const { id, origins, dirty, linking, variant, missing, warnings } = identity;
  return {
    path: path ?? null,
    id,
    origins,
    dirty: dirty ?? null,
    linking: {
      said: linking.said ?? null,
      external: linking.external,
      contradiction: linking.contradiction ?? null,
    },
    variant: variant === undefined ? null : variantDocument(path ?? '', variant, { label: false }),
    missing,
    warnings,
  };
}

/** The table that a person reads: each word, and behind it where it comes from. */
export function describeIdentity(path: string | undefined, identity: FoundIdentity, style: Style): string {
  const { id, origins, dirty, linking, variant } = identity;
  const rows = words.map((word): [string, string | undefined] => {
    const value = id[word];
    if (value === null) return [word, word === 'python' ? undefined : style.dim(absent[word])];
    const dirt =
      word === 'commit' && dirty === true ? style.yellow(' and changes that are in no commit') : '';
    return [word, `${value}${dirt}  ${style.dim(describeOrigin(origins[word]))}`];
  });
  const table = fields([
    ...rows,
    ['needs beyond the system', linking.external.map(describeExternal).join('\n')],
  ]);
  const evidence = variant === undefined ? '' : `\n\n${evidenceTable(variant, path ?? '', style)}`;
  return `${path === undefined ? '' : `${style.bold(path)}\n`}${table}${evidence}`;
}

const absent = {
  commit: 'unknown',
  branch: 'none',
  os: 'unknown',
  variant: 'unknown',
  linking: 'not said (--static or --dynamic)',
} as const;

function describeOrigin(origin: WordOrigin | undefined): string {
  if (origin === undefined) return '';
  const { source, detail } = origin;
  return source === detail || detail === '' ? `(${source})` : `(${source}: ${detail})`;
}
