/** Where a value was found: a flag, a variable, a program, a file. @public */
export interface Origin {
  readonly source: 'flag' | 'environment' | 'git' | 'os-release' | 'platform';
  /** Which one: `--git-sha`, `GIT_COMMIT`, `/etc/os-release`. */
  readonly detail: string;
}

/** A value with where it came from. @public */
export interface Found {
  readonly found: true;
  readonly value: string;
  readonly from: Origin;
}

/** Why there is no value. @public */
export interface Missing<Reason extends string> {
  readonly found: false;
  readonly reason: Reason;
  readonly hint: string;
}

/** The variables of a process, passed in rather than taken. @public */
export type Environment = Readonly<Record<string, string | undefined>>;

export function found(value: string, source: Origin['source'], detail: string): Found {
  return { found: true, value, from: { source, detail } };
}

/** The first of these variables that is set to something. */
export function firstVariable(
  environment: Environment,
  names: readonly string[],
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return { name, value };
  }
  return undefined;
}
