import { z } from 'zod';

/** A path, as people write it: relative, with `/`. */
const path = z.string().min(1);

/** Where files come from: exactly one of the first five keys, and what pins it. */
export const materialShape = {
  git: z.string().min(1).optional(),
  commit: z.string().optional(),
  submodules: z.boolean().optional(),
  npm: z.string().optional(),
  integrity: z.string().optional(),
  pypi: z.string().optional(),
  archive: path.optional(),
  sha256: z.string().optional(),
};

/** A table with {@link materialShape}, and perhaps a `path`. */
export type MaterialTable = z.infer<z.ZodObject<typeof materialShape>> & {
  readonly path?: string | undefined;
};

/** What each kind of source needs beside it, and how to find it out. */
const PINS = {
  git: { pin: 'commit', how: 'git rev-parse NAME prints it' },
  npm: { pin: 'integrity', how: 'npm view NAME@VERSION dist.integrity prints it' },
  pypi: { pin: 'sha256', how: 'pip hash FILE prints it' },
  archive: { pin: 'sha256', how: 'sha256sum ARCHIVE prints it' },
} as const;

/** The keys that only make sense beside another one. */
const COMPANIONS = {
  commit: ['git'],
  submodules: ['git'],
  integrity: ['npm'],
  sha256: ['pypi', 'archive'],
} as const;

/**
 * What is wrong with a table's source: none or two of them, one without its pin, a pin without its source.
 *
 * @param kinds - the keys that may name the source here
 */
export function materialProblems(
  table: MaterialTable,
  kinds: readonly ('path' | keyof typeof PINS)[],
): { readonly key?: string; readonly message: string }[] {
  const named = kinds.filter((kind) => table[kind] !== undefined);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const found = named.length === 0 ? 'none is here' : `here are ${named.join(' and ')}`;
    return [{ message: `needs one source: ${kinds.join(', ')}; ${found}` }];
  }
  const problems: { key: string; message: string }[] = [];
  if (kind !== 'path' && table[PINS[kind].pin] === undefined) {
    const { pin, how } = PINS[kind];
    problems.push({ key: pin, message: `is missing: what ${kind} names is pinned by it; ${how}` });
  }
  for (const [key, owners] of Object.entries(COMPANIONS)) {
    const isHere = table[key as keyof typeof COMPANIONS] !== undefined;
    if (isHere && !(owners as readonly string[]).includes(kind))
      problems.push({ key, message: `belongs to ${owners.join(' or ')}, and the source here is ${kind}` });
  }
  return problems;
}
