/** What there is to know of one thing that Wheelwright may use. */
export interface Finding {
  readonly group: 'toolchain' | 'engine' | 'cluster' | 'python' | 'store';
  readonly name: string;
  /** `broken`: it is here and doesn't answer as it should. `installed-on-demand`: the first build brings it. */
  readonly status: 'here' | 'missing' | 'broken' | 'installed-on-demand';
  readonly version: string | null;
  /** Where it is, or why it isn't; no secret is in it. */
  readonly detail: string;
  /** What can't be done without it. */
  readonly cost: string;
}

/** A finding, and whether the project asks for it. */
export interface JudgedFinding extends Finding {
  readonly needed: boolean;
}
