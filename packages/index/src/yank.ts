import type { Store } from '@wheelwright/store';
import { IndexError } from './error.js';
import { isProjectName, keys, normaliseProject } from './name.js';
import type { ProjectPage } from './page.js';
import { requireProject, versionOf } from './publish.js';
import { updateProjectPage } from './store-page.js';

/** @public */
export interface YankRequest {
  readonly project: string;
  /** A version, or the name of one file. */
  readonly what: string;
  /** Why (PEP 592); `false` takes it back. */
  readonly yanked: string | boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yanks files: installers pass over them unless they are pinned exactly (PEP 592).
 * @returns the files concerned
 * @throws IndexError `not-found`, `malformed-page`, `busy`; StoreError
 * @public
 */
export async function yankFiles(
  store: Store,
  { project, what, yanked, signal }: YankRequest,
): Promise<readonly string[]> {
  const name = normaliseProject(project);
  if (!isProjectName(name)) requireProject(undefined, project);
  const concerned = (page: ProjectPage) =>
    page.files
      .filter((file) => file.filename === what || versionOf(file) === what)
      .map(({ filename }) => filename);
  let files: readonly string[] = [];
  await updateProjectPage(
    store,
    keys.project(name),
    (before) => {
      const page = requireProject(before, project);
      files = concerned(page);
      if (files.length === 0) {
        throw new IndexError('not-found', `The index has no ${what} of ${name}.`, {
          hint: `It has ${page.versions.join(', ')}.`,
        });
      }
      return {
        ...page,
        files: page.files.map((file) => (files.includes(file.filename) ? { ...file, yanked } : file)),
      };
    },
    { signal },
  );
  return files;
}
