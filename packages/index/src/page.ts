import { z } from 'zod';
import { IndexError } from './error.js';

/** The version of PEP 691's format that is written: 1.1 is PEP 700, which adds sizes, times and versions. */
export const apiVersion = '1.1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file of a project's own folder: nothing that leads elsewhere. */
const filename = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.whl$/);

const fileSchema = z.object({
  filename,
  url: z.string(),
  hashes: z.object({ sha256 }),
  'requires-python': z.string().optional(),
  'core-metadata': z.object({ sha256 }),
  size: z.int().nonnegative(),
  'upload-time': z.string().optional(),
  yanked: z.union([z.boolean(), z.string()]).default(false),
});

const projectSchema = z.object({
  meta: z.object({ 'api-version': z.string().regex(/^1\.\d+$/) }),
  name: z.string(),
  versions: z.array(z.string()),
  files: z.array(fileSchema),
});

const rootSchema = z.object({
  meta: z.object({ 'api-version': z.string().regex(/^1\.\d+$/) }),
  projects: z.array(z.object({ name: z.string() })),
});

/** A file as PEP 691 describes it; `url` is relative to the project's page. @public */
export type IndexFile = z.infer<typeof fileSchema>;
/** A project's page (PEP 691, project detail). @public */
export type ProjectPage = z.infer<typeof projectSchema>;
/** The index's own page (PEP 691, project list). @public */
export type RootPage = z.infer<typeof rootSchema>;

/** Larger pages are none of ours. */
export const largestPage = 64 * 1024 * 1024;

/** @throws IndexError `malformed-page` */
export function parseProjectPage(bytes: Uint8Array, key: string): ProjectPage {
  return parse(projectSchema, bytes, key);
}

/** @throws IndexError `malformed-page` */
export function parseRootPage(bytes: Uint8Array, key: string): RootPage {
  return parse(rootSchema, bytes, key);
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, key: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const reason = issue === undefined ? String(cause) : `${issue.path.join('.')}: ${issue.message}`;
    throw new IndexError('malformed-page', `The page ${key} can't be understood: ${reason}`, {
      hint: 'Make it again from the wheels: wheelwright index rebuild.',
      cause,
    });
  }
}

/** The link to a file beside its page. `+` has to be `%2B`: servers read it as a space. */
export function fileUrl(name: string): string {
  return encodeURIComponent(name);
}

/** A project's page of these files, in the order of their names. */
export function projectPage(
  name: string,
  files: readonly { readonly version: string; readonly file: IndexFile }[],
): ProjectPage {
  const sorted = files.toSorted((one, other) => compare(one.file.filename, other.file.filename));
  return {
    meta: { 'api-version': apiVersion },
    name,
    versions: [...new Set(sorted.map(({ version }) => version))].sort(compare),
    files: sorted.map(({ file }) => file),
  };
}

/** The index's own page of these projects. */
export function rootPage(names: readonly string[]): RootPage {
  const sorted = [...new Set(names)].sort(compare);
  return { meta: { 'api-version': apiVersion }, projects: sorted.map((name) => ({ name })) };
}

/** By code units, on every machine alike. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * A page as it is stored. Only `core-metadata` is written, not what that field was called at first: pip 22.3 to 23.1
 * crash on `dist-info-metadata` in JSON (PEP 714). In HTML both names are safe.
 */
export function formatPage(page: ProjectPage | RootPage): Uint8Array {
  return Buffer.from(`${JSON.stringify(page, null, 1)}\n`);
}
