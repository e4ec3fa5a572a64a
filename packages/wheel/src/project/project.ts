/** Somebody of `authors` or `maintainers`; at least one of the two is there. */
export interface Person {
  readonly name?: string;
  readonly email?: string;
}

/** A readme as a table: its file or its text, with the content type. */
export type ReadmeTable =
  | { readonly file: string; readonly 'content-type': string }
  | { readonly text: string; readonly 'content-type': string };

/** The table form of `license`, which PEP 639 replaces by an expression and `license-files`. */
export type LicenseTable = { readonly file: string } | { readonly text: string };

/**
 * The `[project]` table of a pyproject.toml (PEP 621, PEP 639) as a TOML parser gives it and `checkProject`
 * has found it right. Keys are spelt as in the file.
 */
export interface Project {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly readme?: string | ReadmeTable;
  readonly 'requires-python'?: string;
  readonly license?: string | LicenseTable;
  readonly 'license-files'?: readonly string[];
  readonly authors?: readonly Person[];
  readonly maintainers?: readonly Person[];
  readonly keywords?: readonly string[];
  readonly classifiers?: readonly string[];
  readonly urls?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly 'gui-scripts'?: Readonly<Record<string, string>>;
  readonly 'entry-points'?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: readonly string[];
  readonly 'optional-dependencies'?: Readonly<Record<string, readonly string[]>>;
  readonly dynamic?: readonly string[];
}
