/** The Python and ABI parts of a wheel's tags (PEP 425), each once. */
export interface PythonTags {
  /** `cp311`, `py3`, `pp310` */
  readonly python: readonly string[];
  /** `cp311`, `cp313t`, `abi3`, `none`, `pypy310_pp73` */
  readonly abi: readonly string[];
}

/** An interpreter that a wheel says it is for. */
export interface Interpreter {
  /** How it is told: `cp313t`. */
  readonly tag: string;
  readonly implementation: 'cpython' | 'pypy';
  /** `313` */
  readonly version: string;
  /** `t`, `m`, `mu`, `d`; undefined where the tag leaves them open. */
  readonly flags: string | undefined;
}

/**
 * The interpreters that tags name one by one. Tags such as `py3-none` name none; those of the stable ABI are
 * {@link stableAbiClaims}.
 */
export function namedInterpreters({ python, abi }: PythonTags): Interpreter[] {
  const named = abi.flatMap((tag): Interpreter[] => {
    const cpython = /^cp(\d{2,3})([a-z]*)$/.exec(tag);
    if (cpython !== null) {
      const [, version = '', flags = ''] = cpython;
      // The Python part decides who installs it: cp310-cp311 is for nobody, and told by its ABI.
      return [{ tag, implementation: 'cpython', version, flags }];
    }
    const pypy = /^pypy(\d{1,3})_pp\d+$/.exec(tag);
    return pypy === null ? [] : [{ tag, implementation: 'pypy', version: pypy[1] ?? '', flags: undefined }];
  });
  if (!abi.includes('none')) return named;
  const open = python.flatMap((tag): Interpreter[] => {
    const match = /^(cp|pp)(\d{2,3})$/.exec(tag);
    if (match === null) return [];
    const implementation = match[1] === 'cp' ? 'cpython' : 'pypy';
    return [{ tag, implementation, version: match[2] ?? '', flags: undefined }];
  });
  return [...named, ...open];
}

/** A promise to run on a version of Python 3 and all later ones. */
export interface StableAbiClaim {
  /** `cp37-abi3` */
  readonly tag: string;
  readonly abi: 'abi3' | 'abi3t';
  /** The minor version of the oldest Python 3 that is promised. */
  readonly minor: number;
}

/** What is promised under the stable ABI: of several Python tags, the oldest. */
export function stableAbiClaims({ python, abi }: PythonTags): StableAbiClaim[] {
  const minors = python.flatMap((tag) => {
    const match = /^(?:cp|py)3(\d*)$/.exec(tag);
    return match === null ? [] : [match[1] === '' ? 2 : Number(match[1])];
  });
  if (minors.length === 0) return [];
  const minor = Math.min(...minors);
  const oldest = python.find((tag) => tag.endsWith(`3${minor}`)) ?? 'cp3';
  return abi
    .filter((tag) => tag === 'abi3' || tag === 'abi3t')
    .map((tag) => ({ tag: `${oldest}-${tag}`, abi: tag, minor }));
}

/** Whether Python 2 or Python 3 is promised, by any of the tags. */
export function majorVersions({ python }: PythonTags): ReadonlySet<2 | 3> {
  return new Set(
    python.flatMap((tag) => {
      const match = /^[a-z]+([23])/.exec(tag);
      return match === null ? [] : [match[1] === '2' ? (2 as const) : (3 as const)];
    }),
  );
}
